/** Lies about the stream of a connection, its credit and its end. */
import { flipped, join, u64, zeros } from "../../observer/crypto/bytes.ts";
import { passed } from "../transport/changes.ts";
import { demand } from "../mux/peer-mux.ts";
import { openFrame } from "../mux/peer-frames.ts";
import { beginContent, sendContent } from "../services/bulk-peer.ts";
import { passEcho } from "../services/echo-peer.ts";
import { PEER_PARAMS } from "../transport/handshake-text.ts";
import type { DialledLie } from "./lie.ts";
import { QUIET_MS } from "./open-session.ts";

const PROTOCOL = 1;
const FLOW_CONTROL = 2;
const SMALL_WINDOW_BYTES = 16_384;
const SHORT_IDLE_MS = 3_000;
/** A peer that looks for its idle timer once a second, in an emulated machine. */
const IDLE_SLACK_MS = 1_500;
/** More than any window may grow by meanwhile. */
const FAR_BYTES = 4 * 1024 * 1024;
const CONTENT = { seed: 0x11a5, length: 32_768 };
const BURST_PACKETS = 40;

export const STREAM_LIES = {
  "other-bytes-at-one-offset": {
    by: "initiator",
    text: "bytes that were delivered leave again, as others",
    breaks: "stream-content",
    guestMust: "take them as known: nothing of them is new",
    requirement: "F-14",
    tell: async (stage) => {
      const open = await stage.open();
      await passEcho(open.mux.open("echo/before"), 2_048);
      await open.isSettled();
      open.session.send({ type: "DATA", body: join(u64(0), flipped(openFrame(1, "echo/before", 65_536, 4), 5)) });
      await open.isAlive();
      await passEcho(open.mux.open("echo/after"), 2_048);
      await open.endInOrder();
    },
  },
  "bytes-beyond-credit": {
    by: "initiator",
    text: "stream bytes leave far beyond the guest's credit",
    breaks: "credit-kept",
    guestMust: "close with FLOW_CONTROL",
    requirement: "RX-77",
    tell: async (stage) => {
      const open = await stage.open();
      open.session.send({ type: "DATA", body: join(u64(open.session.creditEnd + FAR_BYTES), zeros(10)) });
      await open.isClosedWith(FLOW_CONTROL);
    },
  },
  "bytes-past-the-final-size": {
    by: "initiator",
    text: "stream bytes leave behind FIN",
    breaks: "final-size",
    guestMust: "close with PROTOCOL",
    requirement: "RX-75",
    tell: async (stage) => {
      const open = await stage.open();
      open.session.send({ type: "DATA", fin: true, body: u64(0) });
      open.session.send({ type: "DATA", body: join(u64(0), zeros(10)) });
      await open.isClosedWith(PROTOCOL);
    },
  },
  "more-in-flight-than-any-window": {
    by: "initiator",
    text: "forty full packets leave at once on a connection that has just begun",
    breaks: "flight",
    guestMust: "take what comes: it is its peer's congestion control that is missing, and nobody else's",
    requirement: "C-1",
    tell: async (stage) => {
      const open = await stage.open();
      const stream = open.mux.open("sink/burst");
      await open.mux.changes.until("OPEN_ACK", () => (stream.isAcknowledged ? true : undefined));
      open.session.packetsInFlight = BURST_PACKETS;
      stream.write(zeros(BURST_PACKETS * 1_100));
      await open.isSettled();
      await open.endInOrder();
    },
  },
  "grants-no-credit": {
    by: "initiator",
    text: "the window of 16 KiB that was declared is never raised: a wire doesn't show whether anybody reads",
    breaks: undefined,
    guestMust: "send up to the credit and not a byte beyond, and ask with PING",
    requirement: "F-7",
    tell: async (stage) => {
      const open = await stage.open({ params: { ...PEER_PARAMS, window: SMALL_WINDOW_BYTES } });
      const { session } = open;
      session.grantedEnd = SMALL_WINDOW_BYTES;
      const verdict = await sendContent(open.mux.open("bulk/starved"), CONTENT);
      demand(verdict.isOk, "the guest denies right content");
      await session.changes.until("bytes up to the credit", () =>
        session.heardEnd >= SMALL_WINDOW_BYTES ? true : undefined,
      );
      const before = session.heardPings;
      await session.changes.until("a PING that asks for credit", () =>
        session.heardPings > before ? true : undefined,
      );
      demand(session.heardEnd === SMALL_WINDOW_BYTES, "the guest sends beyond its credit");
      await open.close();
    },
  },
  "goes-silent-within-bulk": {
    by: "initiator",
    text: "a quarter of the announced content leaves, then nothing any more, as if the peer had died",
    breaks: undefined,
    guestMust: "end the session by itself once the idle timeout is over, without a word",
    requirement: "L-8",
    isSlow: true,
    tell: async (stage) => {
      const open = await stage.open({ params: { ...PEER_PARAMS, idleTimeoutMs: SHORT_IDLE_MS } });
      const stream = open.mux.open("bulk/silent");
      beginContent(stream, { ...CONTENT, length: 8_192 }, {}, CONTENT.length);
      await open.isSettled();
      open.session.isAnswering = false;
      await passed(SHORT_IDLE_MS + IDLE_SLACK_MS);
      demand(open.session.peerClose === undefined, "the guest ends it with a CLOSE");
      await open.isSilent();
    },
  },
  "never-closes": {
    by: "initiator",
    text: "both directions are finished, and the initiator's CLOSE never comes",
    breaks: undefined,
    guestMust: "wait for it and not close first; the session ends with the idle timeout, without a word",
    requirement: "L-2",
    isSlow: true,
    tell: async (stage) => {
      const open = await stage.open({ params: { ...PEER_PARAMS, idleTimeoutMs: SHORT_IDLE_MS } });
      const { session } = open;
      session.finish();
      await session.changes.until("FIN both ways", () => (session.isFinishedBothWays ? true : undefined));
      session.isAnswering = false;
      await passed(SHORT_IDLE_MS + IDLE_SLACK_MS);
      demand(session.peerClose === undefined, "the responder closes first");
      await open.isSilent();
    },
  },
  "goes-on-after-close": {
    by: "initiator",
    text: "packets that ask for an answer follow the peer's own CLOSE",
    breaks: "closing",
    guestMust: "answer CLOSE with one CLOSE, and stay silent",
    requirement: "L-6",
    tell: async (stage) => {
      const open = await stage.open();
      await open.isAlive();
      await open.close();
      await passed(QUIET_MS);
      await open.isSilent();
    },
  },
} as const satisfies Readonly<Record<string, DialledLie>>;
