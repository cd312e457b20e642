/** What several cases of the handshake do and look for. */
import { type Device, proofOf } from "../../observer/crypto/device.ts";
import { open } from "../../observer/crypto/primitives.ts";
import { readUdpHeader, TYPES, UDP_SEC_HEADER_BYTES } from "../../observer/wire/udp-header.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { unexpected } from "../../peer/transport/changes.ts";
import type { PeerSession } from "../../peer/transport/peer-session.ts";
import type { CaseStage, CaseStageSetup } from "../stage/case-stage.ts";
import type { ListeningCase } from "../stage/conform-case.ts";
import type { RawChoice, RawDial } from "../stage/raw-dial.ts";

const AUTH = 3;
/** Receiver state, code, length of the reason. */
const REFUSAL_BYTES = 19;
const AS_IT_IS = (msg1: Uint8Array): Uint8Array => msg1;

/** @returns the plaintext of the refusal @throws PeerError unless it is a lone CLOSE AUTH as it must be */
export async function isRefused(
  stage: CaseStage,
  proof: (setup: CaseStageSetup) => Uint8Array,
  self?: Device,
): Promise<Uint8Array> {
  const dial = await stage.raw(self === undefined ? {} : { self });
  await dial.second();
  const msg3 = dial.third({ proof3: proof(stage.setup) });
  dial.send(msg3);
  return refusalOn(dial);
}

/** @returns the plaintext of the CLOSE AUTH that is all that has come @throws PeerError */
export async function refusalOn(dial: RawDial): Promise<Uint8Array> {
  const packets = (): RawDial["heard"] => dial.heard.filter(({ typ }) => typ >= TYPES.DATA);
  const { bytes, typ } = await dial.changes.until("CLOSE AUTH", () => packets()[0]);
  if (typ !== TYPES.CLOSE) throw unexpected("the target lets the peer in");
  const plaintext = openedBy(dial, bytes);
  const { value: header } = readUdpHeader(bytes);
  demand(header?.pn === 1, `the refusal has pn ${header?.pn}, not 1`);
  demand(header.ack === 0 && header.ackBits === 0, "the refusal acknowledges something");
  demand(
    plaintext.subarray(0, 16).every((byte) => byte === 0),
    "the refusal grants or reports something",
  );
  demand(plaintext.length === REFUSAL_BYTES && plaintext[18] === 0, "the refusal gives a reason");
  demand(plaintext[16] === AUTH && plaintext[17] === 0, `the refusal has code ${plaintext[16]}`);
  return plaintext;
}

/** @throws PeerError unless it opens */
export function openedBy(dial: RawDial, datagram: Uint8Array): Uint8Array {
  const { value: header } = readUdpHeader(datagram);
  const { session } = dial;
  if (header === undefined || session === undefined) throw unexpected("what came is no packet");
  const clear = datagram.subarray(0, UDP_SEC_HEADER_BYTES);
  const plaintext = open(session.keys.open, header.pn, clear, datagram.subarray(UDP_SEC_HEADER_BYTES));
  if (plaintext === undefined) throw unexpected("a packet of the target's doesn't open");
  return plaintext;
}

/**
 * A MSG1 of that form gets nothing, and one as it should be from the same socket gets MSG2. RETRY goes before what only the key shows
 * (dsoftbus-transport.md#34-mac1-retry-cookies), and after header and mac1. @throws PeerError
 */
export async function msg1IsDropped(
  stage: CaseStage,
  choice: RawChoice,
  datagram: (msg1: Uint8Array) => Uint8Array = AS_IT_IS,
): Promise<void> {
  const isSeenBeforeRetry = choice.header !== undefined || datagram !== AS_IT_IS;
  const wrong = await stage.raw({ ...choice, followsRetry: !isSeenBeforeRetry });
  wrong.send(datagram(wrong.msg1));
  await wrong.isQuiet("the target answers it");
  const right = await stage.raw({ socket: wrong.socket });
  await right.second();
}

/** MSG3 was taken, and left once; each further datagram is the caller's. */
export async function dialThatStands(
  stage: CaseStage,
): Promise<{ dial: RawDial; msg3: Uint8Array; session: PeerSession }> {
  const dial = await stage.raw();
  await dial.second();
  const msg3 = dial.third();
  dial.send(msg3);
  return { dial, msg3, session: await dial.spokenTo() };
}

/** The wrong MSG3 was refused; each further datagram is the caller's. */
export async function dialThatWasRefused(stage: CaseStage): Promise<{ dial: RawDial; msg3: Uint8Array }> {
  const dial = await stage.raw();
  await dial.second();
  const msg3 = dial.third({ proof3: proofOf(stage.setup.stranger, "client") });
  dial.send(msg3);
  await refusalOn(dial);
  return { dial, msg3 };
}

/** That MSG3 changes nothing: the right one that follows is taken. */
export const msg3IsDropped = (
  facts: Pick<ListeningCase, "id" | "requirements" | "sends" | "must">,
  wrong: (msg3: Uint8Array) => Uint8Array,
): ListeningCase => ({
  ...facts,
  over: "udp",
  target: "listens",
  run: async (stage) => {
    const dial = await stage.raw();
    await dial.second();
    const msg3 = dial.third();
    dial.send(wrong(msg3));
    await dial.isQuiet("the target answers a MSG3 that must be dropped");
    dial.send(msg3);
    await dial.spokenTo();
  },
});
