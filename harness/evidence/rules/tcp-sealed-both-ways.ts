/** The fallback is the same Noise handshake and sealed records, not a plain connection (dsoftbus-transport.md#10-tcp-transport). */
import { structureOf } from "../scene/randomness.ts";
import type { TcpSession } from "../scene/tcp-connection.ts";
import { confirmed, contradicted, count, emptyCapture, type Judgement, type Rule } from "./rule.ts";

export const tcpSealedBothWays: Rule = {
  id: "tcp-sealed-both-ways",
  text: "The fallback's handshake and records that open, in both directions of one connection.",
  claims: "named",
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const carrying = scene.tcp.filter(({ up, down }) => up.records > 0 && down.records > 0);
    const whole = carrying.filter(({ handshakeOk }) => handshakeOk);
    if (whole.length === 0) {
      const lengths = scene.tcp.map(({ handshakeLengths }) => handshakeLengths.join("/"));
      return contradicted(
        `no connection with a handshake of 48/144/160 bytes and records both ways; saw ${lengths.join(", ") || "no connection"}`,
      );
    }
    if (scene.input.keys.length > 0 || scene.input.keyLog === true) return judgeOpened(whole);
    return judgeUnopened(whole);
  },
};

function judgeOpened(sessions: readonly TcpSession[]): Judgement {
  const keyed = sessions.filter(({ hasKey }) => hasKey);
  const broken = keyed.find(({ up, down }) => up.opened < up.records || down.opened < down.records);
  if (broken !== undefined)
    return contradicted(`${describe(broken)}: only ${broken.up.opened} and ${broken.down.opened} open`);
  const good = keyed.find(({ up, down }) => up.dataBytes > 0 && down.dataBytes > 0);
  if (good === undefined) return contradicted(`no connection whose records open; ${describe(sessions[0])}`);
  return confirmed(`${describe(good)}, all opened (${good.up.dataBytes} and ${good.down.dataBytes} stream bytes)`);
}

function judgeUnopened(sessions: readonly TcpSession[]): Judgement {
  for (const { up, down } of sessions) {
    const structure =
      structureOf("TCP records up", up.ciphertexts) ?? structureOf("TCP records down", down.ciphertexts);
    if (structure !== undefined) return contradicted(structure);
  }
  return confirmed(`${describe(sessions[0])}, not opened (no key log), looks like ciphertext`);
}

function describe(session: TcpSession | undefined): string {
  if (session === undefined) return "no connection";
  const { up, down, handshakeLengths, connection } = session;
  return `${connection.client} to ${connection.server}: handshake ${handshakeLengths.join("/")}, ${count(up.records, "record")} up, ${down.records} down`;
}
