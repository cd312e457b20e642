/** What peers say on streams (services.md). */
import { join, u32, zeros } from "../../observer/crypto/bytes.ts";
import { demand, type PeerMux } from "../../peer/mux/peer-mux.ts";
import { lookAtStatus } from "../../peer/services/all-services.ts";
import { transferBulk } from "../../peer/services/bulk-peer.ts";
import { exchangeTwice } from "../../peer/services/control-peer.ts";
import { askForEchoes, passEcho } from "../../peer/services/echo-peer.ts";
import { fillSink } from "../../peer/services/sink-peer.ts";
import type { ListeningCase, NeededService } from "../stage/conform-case.ts";

const COMMON = { over: "udp", target: "listens" } as const;
const CANCELLED = 0;
const MIB = 1_048_576;

const honest = (
  facts: Pick<ListeningCase, "id" | "requirements" | "sends" | "must">,
  needs: readonly NeededService[],
  exchange: (mux: PeerMux) => Promise<void>,
): ListeningCase => ({
  ...facts,
  ...COMMON,
  needs,
  run: async (stage) => {
    const open = await stage.open();
    await exchange(open.mux);
    await open.endInOrder();
  },
});

export const SERVICE_CASES: readonly ListeningCase[] = [
  honest(
    {
      id: "services/control",
      requirements: ["V-8", "V-6", "V-4"],
      sends: "two requests to `control`",
      must: "reply to each with index, digest and payload, and finish when the client does",
    },
    ["control"],
    (mux) => exchangeTwice(mux.open("control", 0)),
  ),
  honest(
    {
      id: "services/key-of-a-service",
      requirements: ["V-1"],
      sends: "two requests to `control/with/a/key`",
      must: "take what stands before the first slash for the service",
    },
    ["control"],
    (mux) => exchangeTwice(mux.open("control/with/a/key", 0)),
  ),
  honest(
    {
      id: "services/echo",
      requirements: ["V-10"],
      sends: "20,000 bytes for an echo",
      must: "send every byte back in order, and finish when the client has",
    },
    ["echo"],
    (mux) => passEcho(mux.open("echo"), 20_000),
  ),
  honest(
    {
      id: "services/bulk",
      requirements: ["V-11", "V-12", "V-13", "V-14", "V-23", "V-25"],
      sends: "100,000 bytes of test content",
      must: "find them right, send the next seed's content back, and finish after the client's verdict",
    },
    ["bulk"],
    (mux) => transferBulk(mux.open("bulk/both-ways", 7), { seed: 0x0c04f, length: 100_000 }),
  ),
  honest(
    {
      id: "services/sink-and-gate",
      requirements: ["V-15", "V-16"],
      sends: "more than a sink takes unread, and then its gate's word",
      must: "read nothing before the gate says so, and find all of it then",
    },
    ["sink"],
    (mux) => fillSink(mux, "conform"),
  ),
  honest(
    {
      id: "services/mirror",
      requirements: ["V-17"],
      sends: "a request to `mirror` for two echoes",
      must: "open two, and say that all came back",
    },
    ["mirror"],
    (mux) => askForEchoes(mux, 2),
  ),
  {
    ...COMMON,
    id: "services/status",
    requirements: ["V-9"],
    sends: "a stream to `status`, finished at once",
    must: "write one message, a JSON object, and finish",
    needs: ["status"],
    run: async (stage) => {
      const open = await stage.open();
      await lookAtStatus(open.mux);
    },
  },
  {
    ...COMMON,
    id: "services/message-too-long",
    requirements: ["V-5", "V-4", "V-3"],
    sends: "a message to `control` announces more than 1 MiB",
    must: "reset the stream, and keep the session",
    needs: ["control"],
    run: async (stage) => {
      const open = await stage.open();
      const stream = open.mux.open("control", 0);
      stream.write(u32(MIB + 1));
      await stream.isReset(CANCELLED);
      await open.isAlive();
    },
  },
  {
    ...COMMON,
    id: "services/message-cut-by-the-end",
    requirements: ["V-5", "V-3"],
    sends: "a stream to `control` ends within a message",
    must: "reset the stream, and keep the session",
    needs: ["control"],
    run: async (stage) => {
      const open = await stage.open();
      const stream = open.mux.open("control", 0);
      stream.write(join(u32(50), zeros(10)));
      stream.finish();
      await stream.isReset(CANCELLED);
      await open.isAlive();
    },
  },
  {
    ...COMMON,
    id: "services/control-index-wrong",
    requirements: ["V-7", "V-3"],
    sends: "the first request to `control` has index 2",
    must: "reset the stream without a reply, and keep the session",
    needs: ["control"],
    run: async (stage) => {
      const open = await stage.open();
      const stream = open.mux.open("control", 0);
      stream.writeMessage(join(u32(2), zeros(32)));
      await stream.isReset(CANCELLED);
      await open.isAlive();
    },
  },
  {
    ...COMMON,
    id: "services/messages-in-pieces",
    requirements: ["V-21"],
    sends: "a request to `control` leaves byte by byte",
    must: "reply as to one in a piece",
    needs: ["control"],
    run: async (stage) => {
      const open = await stage.open();
      const stream = open.mux.open("control", 0);
      const message = join(u32(40), u32(1), zeros(32), zeros(4));
      for (const byte of message) stream.write(Uint8Array.of(byte));
      const reply = await stream.message();
      demand(reply?.length === 40, `a reply of ${reply?.length} bytes`);
    },
  },
];
