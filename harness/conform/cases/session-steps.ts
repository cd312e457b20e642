/** What several cases of a connection do and look for. */
import { join } from "../../observer/crypto/bytes.ts";
import { sealedPacket, receiverState } from "../../observer/wire/sealed-packet.ts";
import { type HeaderFields, TYPES } from "../../observer/wire/udp-header.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import type { OpenSession } from "../../peer/lies/open-session.ts";
import { unexpected } from "../../peer/transport/changes.ts";
import type { MadePacket, PeerSession } from "../../peer/transport/peer-session.ts";
import type { ListeningCase } from "../stage/conform-case.ts";
import type { RawDial } from "../stage/raw-dial.ts";

export const CODES = { noError: 0, protocol: 1, flowControl: 2, application: 6 } as const;

type Facts = Pick<ListeningCase, "id" | "requirements" | "sends">;

/** One packet on a connection that stands, for which the target must close. */
export const closedFor = (
  facts: Facts,
  packet: (session: PeerSession) => MadePacket,
  code: keyof typeof CODES = "protocol",
  before: (open: OpenSession) => Promise<void> = (open) => open.isAlive(),
): ListeningCase => ({
  ...facts,
  must: `close with ${code === "flowControl" ? "FLOW_CONTROL" : "PROTOCOL"}`,
  over: "udp",
  target: "listens",
  run: async (stage) => {
    const open = await stage.open();
    // What the mux would answer, to a PING or to FIN, leaves from offset 0: that it breaks a rule too is not the question.
    open.session.onBytes = () => undefined;
    open.session.onFinished = () => undefined;
    await before(open);
    open.session.send(packet(open.session));
    await open.isClosedWith(CODES[code]);
  },
});

/** What the target must pass over: what it doesn't take it doesn't acknowledge, and the connection goes on. */
export const passedOver = (
  facts: Facts,
  datagram: (dial: RawDial, session: PeerSession) => { readonly pn: number; readonly datagram: Uint8Array },
): ListeningCase => ({
  ...facts,
  must: "drop it: acknowledge nothing of it, and go on",
  over: "udp",
  target: "listens",
  run: async (stage) => {
    const dial = await stage.raw();
    const session = await dial.opened();
    await isAnswered(session);
    const made = datagram(dial, session);
    dial.send(made.datagram);
    await isAnswered(session);
    demand(!session.isAcknowledged(made.pn), "the target acknowledges it");
  },
});

/** @returns a PING with those fields of the header, sealed as it then is; what is left out is as it should be */
export function sealedPing(
  { low, high }: RawDial,
  session: PeerSession,
  fields: Partial<HeaderFields>,
): { readonly pn: number; readonly datagram: Uint8Array } {
  const { pn } = session.seal({ type: "PING" });
  const state = receiverState({ delivered: session.deliveredEnd, window: 262_144, ackDelayUs: 0 });
  const header = { typ: TYPES.PING, low, high, pn, ack: session.largestHeard, ...fields };
  return { pn, datagram: sealedPacket(session.keys.seal, header, join(state)) };
}

/** The target acknowledges a PING that is sent now. @throws PeerError */
export async function isAnswered(session: PeerSession): Promise<void> {
  await isTaken(session, session.send({ type: "PING" }));
}

/** @throws PeerError */
export async function isTaken(session: PeerSession, pn: number): Promise<void> {
  await session.changes.until(`the acknowledgement of pn ${pn}`, () => {
    if (session.peerClose !== undefined) throw unexpected(`the session was closed with code ${session.peerClose.code}`);
    return session.isAcknowledged(pn) ? true : undefined;
  });
}

/** The target's pns have reached that: each PING has it send an acknowledgement. @throws PeerError */
export async function hasSent(session: PeerSession, pn: number): Promise<void> {
  while (session.largestHeard < pn) await isAnswered(session);
}
