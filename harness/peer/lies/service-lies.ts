/** Lies of a peer whose packets and frames are right: only who compares what came can know. */
import { flipped, u32 } from "../../observer/crypto/bytes.ts";
import { readEchoCount } from "../../observer/wire/service-messages.ts";
import { demand } from "../mux/peer-mux.ts";
import { announcement, type BulkChanges, receiveContent, sendContent, verdictMessage } from "../services/bulk-peer.ts";
import { exchangeTwice } from "../services/control-peer.ts";
import { HONEST_SERVICES } from "../services/all-services.ts";
import { echoServer, passEcho } from "../services/echo-peer.ts";
import type { DialledLie } from "./lie.ts";
import type { LieStage } from "./stage.ts";

const CANCELLED = 0;
const CONTENT = { seed: 0xb0b, length: 16_384 };
const FLIPPED_AT = 9_999;
const ECHOES = 2;

/** The verdict is no, or overtaken by the reset that follows it; the stream is reset, and the session goes on. */
async function isDenied(stage: LieStage, changes: BulkChanges): Promise<void> {
  const open = await stage.open();
  const stream = open.mux.open("bulk/false");
  const verdict = await sendContent(stream, CONTENT, changes).catch((error: unknown) => {
    if (stream.resetCode === undefined) throw error;
    return undefined;
  });
  demand(verdict?.isOk !== true, "the guest takes wrong content for right");
  await stream.isReset(CANCELLED);
  await passEcho(open.mux.open("echo/after"), 2_048);
  await open.endInOrder();
}

export const SERVICE_LIES = {
  "byte-of-bulk-flipped": {
    by: "initiator",
    text: "one bit of the content differs from what its seed names; the digest is that of what is sent",
    breaks: "service-bulk",
    guestMust: "answer 0 with the digest of what came, and reset the stream",
    requirement: "V-14",
    tell: (stage) => isDenied(stage, { flippedAt: FLIPPED_AT }),
  },
  "digest-of-bulk-wrong": {
    by: "initiator",
    text: "the content is right, its digest isn't",
    breaks: "service-bulk",
    guestMust: "answer 0 with the digest of what came, and reset the stream",
    requirement: "V-14",
    tell: (stage) => isDenied(stage, { isDigestWrong: true }),
  },
  "verdict-of-bulk-false": {
    by: "initiator",
    text: "right content is denied, and the stream reset as after any 0",
    breaks: "service-bulk",
    guestMust: "leave the session alone: what a peer makes of its content ends a stream and nothing else",
    requirement: "V-24",
    tell: async (stage) => {
      const open = await stage.open();
      const stream = open.mux.open("bulk/denied");
      demand((await sendContent(stream, CONTENT)).isOk, "the guest denies right content");
      const back = await announcement(stream);
      demand(back !== undefined, "no content comes back");
      const { digest } = await receiveContent(stream, back);
      stream.writeMessage(verdictMessage({ isOk: false, digest }));
      await open.isSettled();
      stream.reset();
      await open.isAlive();
      await open.endInOrder();
    },
  },
  "control-request-with-another-digest": {
    by: "initiator",
    text: "the second request doesn't carry the digest of the first reply",
    breaks: "service-control",
    guestMust: "reset the stream without a reply",
    requirement: "V-7",
    tell: async (stage) => {
      const open = await stage.open();
      const stream = open.mux.open("control", 0);
      const outcome = await exchangeTwice(stream, (digest) => flipped(digest, 0)).then(
        () => "answered",
        () => "reset",
      );
      demand(outcome === "reset", "the guest answers a request with a wrong digest");
      await stream.isReset(CANCELLED);
      await open.isAlive();
      await open.endInOrder();
    },
  },
  "echo-of-other-bytes": {
    by: "initiator",
    text: "the guest asks this side for an echo, and one bit of it comes back flipped",
    breaks: "service-echo",
    guestMust: "reset the mirror, or count fewer, instead of saying that all came back",
    requirement: "V-17",
    tell: async (stage) => {
      const echo = echoServer((bytes) => flipped(bytes, 0));
      const open = await stage.open({ services: { ...HONEST_SERVICES, echo } });
      const stream = open.mux.open("mirror");
      stream.writeMessage(u32(ECHOES));
      const counted = await stream.message().catch((error: unknown) => {
        if (stream.resetCode === undefined) throw error;
        return undefined;
      });
      const count = counted === undefined ? undefined : readEchoCount(counted).value;
      demand(count !== ECHOES, "the guest says that all came back");
      await open.isAlive();
      await open.endInOrder();
    },
  },
} as const satisfies Readonly<Record<string, DialledLie>>;
