/** Who says that a host is alive has asked it over the wire, and got its own words back (RFC 792, echo and echo reply). */
import { isFabricTap } from "../scene/fabric-faults.ts";
import type { Tap, TappedFrame } from "../scene/tap.ts";
import { ETHERTYPE, readEthernet } from "../wire/ethernet-frame.ts";
import { addressText, PROTOCOL } from "../wire/ipv4-packet.ts";
import { confirmed, contradicted, count, type Rule, unavailable } from "./rule.ts";

const ECHO = 8;
const ECHO_REPLY = 0;
/** Type, code and sum come before what a reply has to repeat: identifier, number and content. */
const REPEATED_FROM = 4;
const LEAST_HEADER_BYTES = 20;

export const pingAnswered: Rule = {
  id: "ping-answered",
  text: "The node sent an ICMP echo, and a reply with the same identifier, number and content came back to it.",
  claims: "named",
  judge({ taps }, _times, node) {
    const own = taps.filter((tap) => isFabricTap(tap) && tap.node === node);
    if (own.length === 0) return unavailable("the node has no NIC on the switch");
    const asked = own.flatMap(echoesOf);
    const answered = asked.filter(({ isAnswered }) => isAnswered);
    const saw = `${count(asked.length, "echo")} sent, ${answered.length} answered`;
    return answered.length === 0 ? contradicted(saw) : confirmed(saw);
  },
};

/** @returns each echo that left the NIC, and whether its reply came later */
function echoesOf({ frames }: Tap): { readonly isAnswered: boolean }[] {
  const echoes: { readonly isAnswered: boolean }[] = [];
  /** Those that come later. */
  const replies = new Set<string>();
  for (const frame of frames.toReversed()) {
    const { source, destination, message } = icmpOf(frame) ?? {};
    const content = message?.toString("latin1", REPEATED_FROM) ?? "";
    if (frame.direction === "received" && message?.[0] === ECHO_REPLY)
      replies.add(`${destination}>${source} ${content}`);
    if (frame.direction === "sent" && message?.[0] === ECHO)
      echoes.push({ isAnswered: replies.has(`${source}>${destination} ${content}`) });
  }
  return echoes;
}

interface IcmpMessage {
  readonly source: string;
  readonly destination: string;
  readonly message: Buffer;
}

/** Any guest's: how long its packets live, or what service they ask for, is its own affair. */
function icmpOf({ captured }: TappedFrame): IcmpMessage | undefined {
  const { value: frame } = readEthernet(Buffer.from(captured.bytes));
  if (frame?.etherType !== ETHERTYPE.ipv4 || frame.body.length < LEAST_HEADER_BYTES) return undefined;
  const { body } = frame;
  const headerBytes = (body.readUInt8(0) & 0xf) * 4;
  if (body.readUInt8(0) >> 4 !== 4 || body.readUInt8(9) !== PROTOCOL.icmp) return undefined;
  const message = body.subarray(headerBytes, body.readUInt16BE(2));
  return { source: addressText(body, 12), destination: addressText(body, 16), message };
}
