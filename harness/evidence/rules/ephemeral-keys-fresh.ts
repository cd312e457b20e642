/** An ephemeral key serves one handshake: neither a later one nor the other end may show it again (Noise 14). */
import { MSG1, MSG2 } from "../scene/decode/udp-sec-header.ts";
import { asSent, type SeenPacket } from "../scene/udp-session.ts";
import { confirmed, contradicted, count, type Rule } from "./rule.ts";

const KEY_BYTES = 32;

export const ephemeralKeysFresh: Rule = {
  id: "ephemeral-keys-fresh",
  text: "No ephemeral key was shown by two handshakes, or by both ends of one.",
  claims: ({ udp }) => udp.attempts.length > 0,
  judge({ udp }) {
    const messages = asItsSenderMadeIt(
      [...udp.attempts, ...udp.sessions.flatMap(({ packets }) => packets)].filter(
        ({ header }) => header.type === MSG1 || header.type === MSG2,
      ),
    );
    const owners = new Map<string, string>();
    for (const message of messages) {
      const key = message.header.body.toString("hex", 0, KEY_BYTES);
      const owner = ownerOf(message);
      const other = owners.get(key) ?? owner;
      if (other !== owner) return contradicted(`${owner} and ${other} use one ephemeral key: ${key}`);
      owners.set(key, owner);
    }
    return confirmed(`${count(owners.size, "ephemeral key")}, each in one handshake message`);
  },
};

/** A path may damage the session id of a copy. Only where no tap saw a sender's datagrams leave, those that arrived speak for it. */
function asItsSenderMadeIt(messages: readonly SeenPacket[]): SeenPacket[] {
  const seenLeaving = new Set(asSent(messages).map(({ from }) => from));
  return messages.filter(({ direction, from }) => direction !== "received" || !seenLeaving.has(from));
}

/** A repeat of MSG1 keeps its session half, a repeated MSG2 its whole session id. */
function ownerOf({ header, from }: SeenPacket): string {
  return `${header.type === MSG1 ? "MSG1" : "MSG2"} of ${header.sessionId} from ${from}`;
}
