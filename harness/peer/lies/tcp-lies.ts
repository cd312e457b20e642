/** Lies over TCP: in message 3, of who answers, and in records. Streams and services above are the same as over udp-sec. */
import { flipped, join, u16, u64, zeros } from "../../observer/crypto/bytes.ts";
import { proofOf } from "../../observer/crypto/device.ts";
import { MESSAGE_BYTES } from "../../observer/handshakes/tcp-handshake.ts";
import { recordPlaintext, withLength } from "../../observer/wire/made-record.ts";
import { madeFrame } from "../mux/peer-frames.ts";
import { demand } from "../mux/peer-mux.ts";
import { unexpected } from "../transport/changes.ts";
import { proofSignedBy } from "../transport/handshake-text.ts";
import type { PeerTcpSession } from "../transport/peer-tcp-session.ts";
import type { AnsweredTcpLie, DialledTcpLie } from "./lie.ts";
import type { TcpLieDial, TcpStage } from "./tcp-stage.ts";

const PROTOCOL = 1;
const AUTH = 3;
const LENGTH_BYTES = 2;
/** Of a frame that any mux takes. */
const PING_DATA = recordPlaintext("DATA", madeFrame("PING", 0, u64(1)));

/** CLOSE AUTH in ACCEPT's place, nothing else, and the end of TCP. */
async function isRefused(stage: TcpStage, choice: TcpLieDial): Promise<void> {
  const session = await stage.dial(choice);
  await session.changes.until("the end of TCP", () => {
    if (session.isAccepted) throw unexpected("the guest lets the peer in");
    return session.tcp.hasEnded ? true : undefined;
  });
  const { peerClose: close } = session;
  demand(close !== undefined, "the guest ends TCP without CLOSE");
  demand(close.code === AUTH && close.reason === "", `the guest closes with ${close.code} "${close.reason}"`);
  demand(session.heardRecords === 1, "the guest has said more than its refusal");
}

/** TCP ends, and nothing but message 2 was said. */
async function isHungUpOn(stage: TcpStage, choice: TcpLieDial): Promise<void> {
  const { tcp } = await stage.dial(choice);
  await tcp.changes.until("the end of TCP", () => (tcp.hasEnded ? true : undefined));
  demand(tcp.heardBytes === LENGTH_BYTES + MESSAGE_BYTES.second, "the guest answers message 3");
}

const refused = (
  facts: Pick<DialledTcpLie, "text" | "breaks" | "shows">,
  choice: (setup: TcpStage["setup"]) => TcpLieDial,
) =>
  ({
    ...facts,
    by: "initiator",
    over: "tcp",
    guestMust: "answer with CLOSE AUTH in ACCEPT's place, which tells nothing else, and end TCP",
    requirement: "RX-93",
    tell: (stage) => isRefused(stage, choice(stage.setup)),
  }) satisfies DialledTcpLie;

const hungUpOn = (
  facts: Pick<DialledTcpLie, "text" | "breaks" | "requirement">,
  third: (framed: Uint8Array) => Uint8Array,
) =>
  ({
    ...facts,
    by: "initiator",
    over: "tcp",
    guestMust: "end TCP without a word",
    tell: (stage) => isHungUpOn(stage, { changes: { third } }),
  }) satisfies DialledTcpLie;

/** Records for which the guest must end a session that stands. */
const ending = (
  facts: Pick<DialledTcpLie, "text" | "breaks" | "requirement">,
  lie: (session: PeerTcpSession) => void,
) =>
  ({
    ...facts,
    by: "initiator",
    over: "tcp",
    guestMust: "close with PROTOCOL",
    tell: async (stage) => {
      const open = await stage.open();
      lie(open.session);
      await open.isClosedWith(PROTOCOL);
    },
  }) satisfies DialledTcpLie;

export const TCP_LIES = {
  "tcp-proof-of-another-device": refused(
    { text: "message 3 carries the proof of another device", breaks: "proof" },
    ({ stranger }) => ({ changes: { proof3: proofOf(stranger, "client") } }),
  ),
  "tcp-proof-of-a-responder": refused(
    { text: "message 3 carries the proof that message 2 would", breaks: "proof", shows: "proof" },
    ({ self }) => ({ changes: { proof3: proofOf(self, "server") } }),
  ),
  "tcp-proof-signed-by-another-device": refused(
    {
      text: "message 3 carries the public key of the device that it is of, with the signature of another",
      breaks: "proof",
      shows: "proof",
    },
    ({ self, stranger }) => ({ changes: { proof3: proofSignedBy(stranger, self) } }),
  ),
  "tcp-static-key-of-another-device": refused(
    {
      text: "a device of the table comes with another's static key: it is refused for it, and breaks no rule",
      breaks: undefined,
      shows: "peer-table",
    },
    ({ self, stranger }) => ({
      self: stranger,
      changes: { proof3: proofOf(self, "client", stranger.staticPublicKey) },
    }),
  ),
  "tcp-not-in-the-table": refused(
    {
      text: "a device dials that the guest's table doesn't list: asking breaks no rule",
      breaks: undefined,
      shows: "peer-table",
    },
    ({ stranger }) => ({ self: stranger }),
  ),
  "tcp-message-of-another-length": hungUpOn(
    { text: "message 3 announces 161 bytes", breaks: "tcp-lengths", requirement: "RX-90" },
    (framed) => join(u16(MESSAGE_BYTES.third + 1), framed.subarray(LENGTH_BYTES)),
  ),
  "tcp-message-tampered-with": hungUpOn(
    { text: "the last byte of message 3 is changed", breaks: "message-3-opens", requirement: "RX-91" },
    (framed) => flipped(framed, -1),
  ),
  "tcp-record-tampered-with": ending(
    { text: "the last byte of a record is changed", breaks: "tcp-record", requirement: "RX-95" },
    (session) => session.tcp.write(flipped(session.seal(PING_DATA), -1)),
  ),
  "tcp-record-repeated": ending(
    { text: "a record leaves twice", breaks: "tcp-record", requirement: "RX-95" },
    (session) => {
      const record = session.seal(PING_DATA);
      session.tcp.write(join(record, record));
    },
  ),
  "tcp-records-out-of-order": ending(
    { text: "of two records the second leaves first", breaks: "tcp-record", requirement: "RX-95" },
    (session) => {
      const first = session.seal(PING_DATA);
      session.tcp.write(join(session.seal(PING_DATA), first));
    },
  ),
  "tcp-record-too-short": ending(
    { text: "a record of 16 bytes, which is a tag and nothing else", breaks: "tcp-record", requirement: "RX-94" },
    (session) => session.tcp.write(withLength(zeros(16))),
  ),
  "tcp-record-of-no-kind": ending(
    { text: "a record has kind 4", breaks: "tcp-records", requirement: "RX-96" },
    (session) => session.tcp.write(session.seal(Uint8Array.of(4))),
  ),
  "tcp-data-without-bytes": ending(
    { text: "a DATA record holds no bytes", breaks: "tcp-records", requirement: "RX-96" },
    (session) => session.send("DATA"),
  ),
  "tcp-reason-not-utf8": ending(
    { text: "the reason of a CLOSE isn't UTF-8", breaks: "tcp-records", requirement: "RX-97" },
    (session) => session.send("CLOSE", join(u16(0), Uint8Array.of(0xff))),
  ),
  "tcp-accept-of-an-initiator": ending(
    { text: "the initiator says ACCEPT", breaks: "tcp-records", requirement: "RX-100" },
    (session) => session.send("ACCEPT"),
  ),
  "tcp-data-after-fin": ending(
    { text: "DATA follows FIN", breaks: "tcp-records", requirement: "RX-101" },
    (session) => {
      session.tcp.write(join(session.seal(recordPlaintext("FIN")), session.seal(PING_DATA)));
    },
  ),
  "tcp-answer-of-another-device": {
    by: "responder",
    over: "tcp",
    text: "message 2 carries a good proof of another device than the guest has dialled",
    breaks: "device",
    guestMust: "end TCP without a word",
    requirement: "RX-92",
    shows: "dialled-device",
    proof2: ({ setup: { self, stranger } }) => proofOf(stranger, "server", self.staticPublicKey),
  },
} as const satisfies Readonly<Record<string, DialledTcpLie | AnsweredTcpLie>>;
