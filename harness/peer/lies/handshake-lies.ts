/** Lies in MSG1 and MSG3: whoever tells them must not get in. */
import { randomBytes } from "node:crypto";
import { flipped, patched, zeros } from "../../observer/crypto/bytes.ts";
import { proofOf } from "../../observer/crypto/device.ts";
import { KEY_BYTES } from "../../observer/keys/x25519-point.ts";
import { mac1KeyOf, readMsg1, withMac1 } from "../../observer/wire/handshake-datagrams.ts";
import { UDP_SEC_HEADER_BYTES } from "../../observer/wire/udp-header.ts";
import { passed, unexpected } from "../transport/changes.ts";
import { demand } from "../mux/peer-mux.ts";
import { MSG1_PADDING_BYTES, PEER_PARAMS, proofSignedBy } from "../transport/handshake-text.ts";
import type { DialledLie } from "./lie.ts";
import { QUIET_MS } from "./open-session.ts";
import type { LieDial, LieStage } from "./stage.ts";

/** No MSG2 comes, and the same peer gets in afterwards: what was refused was the message. */
async function msg1IsDropped(stage: LieStage, choice: LieDial): Promise<void> {
  const dial = await stage.dial(choice);
  await passed(QUIET_MS);
  demand(!dial.hasAnswered, "the guest answers MSG1");
  dial.end();
}

/** MSG3 changes nothing at the guest: no packet comes. */
async function msg3IsDropped(stage: LieStage, choice: LieDial): Promise<void> {
  const dial = await stage.dial(choice);
  await dial.changes.until("MSG2", () => (dial.hasAnswered ? true : undefined));
  await passed(QUIET_MS);
  demand(dial.session?.heardPackets === 0, "the guest answers MSG3");
  dial.end();
}

/** CLOSE AUTH, and nothing before it. */
async function isRefused(stage: LieStage, choice: LieDial): Promise<void> {
  const dial = await stage.dial(choice);
  const close = await dial.changes.until("CLOSE AUTH", () => {
    const { peerClose, heardPackets = 0 } = dial.session ?? {};
    if (peerClose === undefined && heardPackets > 0) throw unexpected("the guest lets the peer in");
    return peerClose;
  });
  demand(close.code === 3 && close.reason === "", `the guest closes with ${close.code} "${close.reason}"`);
  demand(dial.session?.heardPackets === 1, "the guest has said more than its refusal");
  dial.end();
}

const msg1 = (facts: Pick<DialledLie, "text" | "breaks" | "requirement">, choice: (stage: LieStage) => LieDial) =>
  ({
    ...facts,
    by: "initiator",
    guestMust: "drop MSG1 and answer nothing",
    tell: (stage) => msg1IsDropped(stage, choice(stage)),
  }) satisfies DialledLie;

const refused = (facts: Pick<DialledLie, "text" | "breaks" | "shows">, choice: (stage: LieStage) => LieDial) =>
  ({
    ...facts,
    by: "initiator",
    guestMust: "answer with one sealed CLOSE AUTH that tells nothing else",
    requirement: "H-46",
    tell: (stage) => isRefused(stage, choice(stage)),
  }) satisfies DialledLie;

const msg3 = (facts: Pick<DialledLie, "text" | "breaks" | "requirement">, choice: (stage: LieStage) => LieDial) =>
  ({
    ...facts,
    by: "initiator",
    guestMust: "drop MSG3 and answer nothing",
    tell: (stage) => msg3IsDropped(stage, choice(stage)),
  }) satisfies DialledLie;

export const HANDSHAKE_LIES = {
  "params-out-of-range": msg1(
    { text: "MSG1 declares a window of 16,383 bytes", breaks: "params", requirement: "RX-20" },
    () => ({ changes: { params1: { ...PEER_PARAMS, window: 16_383 } } }),
  ),
  "padding-not-zero": msg1(
    { text: "the last byte of MSG1's padding is set", breaks: "padding", requirement: "RX-20" },
    () => ({ changes: { padding1: flipped(zeros(MSG1_PADDING_BYTES), -1) } }),
  ),
  "mac1-wrong": msg1({ text: "a bit of mac1 is flipped", breaks: "mac1", requirement: "RX-13" }, () => ({
    changes: { msg1: (datagram) => flipped(datagram, datagram.length - 20) },
  })),
  "ephemeral-of-small-order": msg1(
    { text: "MSG1's ephemeral key is a point of small order", breaks: "ephemeral-small-order", requirement: "H-2" },
    ({ setup }) => ({
      changes: {
        msg1: (datagram) => {
          const zeroed = patched(datagram, UDP_SEC_HEADER_BYTES, zeros(KEY_BYTES));
          return withMac1(mac1KeyOf(setup.guest.staticPublicKey), readMsg1(zeroed).covered);
        },
      },
    }),
  ),
  "static-of-small-order": msg3(
    { text: "MSG3's static key is a point of small order", breaks: "ephemeral-small-order", requirement: "H-2" },
    () => ({ changes: { shownStatic: zeros(KEY_BYTES) } }),
  ),
  "params-changed": msg3(
    { text: "MSG3 declares another window than MSG1 did", breaks: "params-kept", requirement: "RX-44" },
    () => ({ changes: { params3: { ...PEER_PARAMS, window: 131_072 } } }),
  ),
  "proof-of-another-device": refused(
    { text: "MSG3 carries the proof of another device", breaks: "proof" },
    ({ setup }) => ({ changes: { proof3: proofOf(setup.stranger, "client") } }),
  ),
  "proof-of-a-responder": refused(
    { text: "MSG3 carries the proof that MSG2 would", breaks: "proof", shows: "proof" },
    ({ setup }) => ({ changes: { proof3: proofOf(setup.self, "server") } }),
  ),
  "proof-signed-by-another-device": refused(
    {
      text: "MSG3 carries the public key of the device that it is of, with the signature of another",
      breaks: "proof",
      shows: "proof",
    },
    ({ setup: { self, stranger } }) => ({ changes: { proof3: proofSignedBy(stranger, self) } }),
  ),
  "static-key-of-another-device": refused(
    {
      text: "a device of the table comes with another's static key: it is refused for it, and breaks no rule",
      breaks: undefined,
      shows: "peer-table",
    },
    ({ setup }) => {
      const { self, stranger } = setup;
      return { self: stranger, changes: { proof3: proofOf(self, "client", stranger.staticPublicKey) } };
    },
  ),
  "not-in-the-table": refused(
    {
      text: "a device dials that the guest's table doesn't list: asking breaks no rule",
      breaks: undefined,
      shows: "peer-table",
    },
    ({ setup }) => ({ self: setup.stranger }),
  ),
  "ephemeral-key-used-again": {
    by: "initiator",
    text: "two handshakes, one after the other, show one ephemeral key",
    breaks: "ephemeral-fresh",
    guestMust: "answer each with a key of its own: it keeps no list of what it has seen",
    requirement: "H-56",
    tell: async (stage) => {
      const ephemeral = randomBytes(32);
      for (const time of [1, 2]) {
        const open = await stage.open({ ephemeral });
        await open.isAlive();
        demand(open.session.heardPackets > 0, `handshake ${time} came to nothing`);
        await open.endInOrder();
      }
    },
  },
} as const satisfies Readonly<Record<string, DialledLie>>;
