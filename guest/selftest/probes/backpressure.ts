/**
 * The daemon leaves a stream unread; this side writes until `write` takes nothing any more, and keeps round trips going on
 * another stream to be sure that it stopped for good: bytes and answers share one ordered stream below, so an answer to a
 * request that was sent later proves that nothing of the sink is still on its way. Then the daemon reads on, and must find all.
 */
import { MARKERS } from "../../../contract/markers.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import { ContentDigest } from "../../services/messages/content-digest.ts";
import { CONTROL_SERVICE } from "../../services/control/control-codec.ts";
import { ControlClient } from "../../services/control/control-client.ts";
import { awaitDrained, openGate } from "../../services/gate/gate-client.ts";
import { GATE_SERVICE } from "../../services/gate/gate-codec.ts";
import { SINK_SERVICE } from "../../services/sink/sink-server.ts";
import { askForStatus } from "../../services/status/status-client.ts";
import { STATUS_SERVICE } from "../../services/status/status-server.ts";
import { testContent } from "../../../contract/test-content.ts";
import { type CryptoPrimitives, DEFAULT_MUX_LIMITS } from "../../core/index.ts";
import { check, type Probe } from "./probe.ts";

const KEY = "backpressure";
const SINK_PRIORITY = 6;
const SEED = 0xb10c;
const PIECE_BYTES = 16 * 1024;
/** Round trips without a byte taken before the writer counts as stopped. */
const QUIET_ROUND_TRIPS = 3;
/** Written after the reader goes on, so that the writer is seen to go on as well. */
const MORE_BYTES = 128 * 1024;

/** Credit of a stream grows beyond this only while its reader reads (dsoftbus-transport.md#12-mux-v2); this one doesn't. */
const UNREAD_CREDIT_BYTES = DEFAULT_MUX_LIMITS.untimedWindowBytes;
/** What a writer can get rid of while nobody reads: credit, and this side's own buffer. */
export const ACCEPTED_LIMIT_BYTES = UNREAD_CREDIT_BYTES + DEFAULT_MUX_LIMITS.streamSendBufferBytes;
/** Less would mean that the writer was stopped by something else than the reader. */
const ACCEPTED_LEAST_BYTES = DEFAULT_MUX_LIMITS.initialCreditBytes;

export const backpressure: Probe = {
  marker: MARKERS.backpressureOk,
  needsUdpSec: true,
  run: async ({ crypto, session: getSession }) => {
    const session = await getSession();
    const sink = await session.open(`${SINK_SERVICE}/${KEY}`, SINK_PRIORITY);
    const echo = await session.open(`${CONTROL_SERVICE}/${KEY}`, 0);
    const roundTrips = new ControlClient(echo, crypto);
    const content = new SinkContent(sink);

    await writeUntilStopped(content, roundTrips);
    const acceptedBytes = content.acceptedBytes;
    check(
      acceptedBytes <= ACCEPTED_LIMIT_BYTES,
      `write to stop at ${ACCEPTED_LIMIT_BYTES} bytes or before, not at ${acceptedBytes}`,
    );
    check(
      acceptedBytes >= ACCEPTED_LEAST_BYTES,
      `write to take at least ${ACCEPTED_LEAST_BYTES} bytes, not ${acceptedBytes}`,
    );
    const held = await checkHeldBytes(session);

    const gate = await session.open(`${GATE_SERVICE}/${KEY}`, 0);
    const total = { lengthBytes: acceptedBytes + MORE_BYTES, digest: digestOf(acceptedBytes + MORE_BYTES, crypto) };
    await openGate(gate, total);
    const writing = content.writeUpTo(total.lengthBytes).then(() => sink.finish());
    // A daemon that gives its verdict without reading would leave the writer waiting for ever: the verdict ends the wait.
    writing.catch(() => undefined);
    const isSame = await awaitDrained(gate, total);
    check(isSame, `the daemon to drain the same ${total.lengthBytes} bytes`);
    await writing;
    gate.finish();
    echo.finish();
    for (const stream of [sink, gate, echo]) {
      check((await stream.read()) === undefined, `the daemon to end stream ${stream.name}`);
    }
    return {
      transport: session.transport,
      acceptedBytes,
      limitBytes: ACCEPTED_LIMIT_BYTES,
      ...held,
      totalBytes: total.lengthBytes,
    };
  },
};

/** The content that goes into the sink, at the place where `write` stopped taking it. */
class SinkContent {
  readonly #stream: BusStream;
  acceptedBytes = 0;

  constructor(stream: BusStream) {
    this.#stream = stream;
  }

  /** @returns how much was taken until nothing more was */
  fill(): number {
    const before = this.acceptedBytes;
    for (;;) {
      const taken = this.#stream.tryWrite(testContent(SEED, this.acceptedBytes, PIECE_BYTES));
      this.acceptedBytes += taken;
      // A writer that is never stopped must not fill the memory.
      if (taken === 0 || this.acceptedBytes > 2 * ACCEPTED_LIMIT_BYTES) return this.acceptedBytes - before;
    }
  }

  async writeUpTo(totalBytes: number): Promise<void> {
    while (this.acceptedBytes < totalBytes) {
      const piece = testContent(SEED, this.acceptedBytes, Math.min(PIECE_BYTES, totalBytes - this.acceptedBytes));
      await this.#stream.write(piece);
      this.acceptedBytes += piece.length;
    }
  }
}

function digestOf(lengthBytes: number, crypto: CryptoPrimitives): Uint8Array {
  const digest = new ContentDigest(crypto);
  for (let offset = 0; offset < lengthBytes; offset += PIECE_BYTES) {
    digest.update(testContent(SEED, offset, Math.min(PIECE_BYTES, lengthBytes - offset)));
  }
  return digest.finish();
}

async function writeUntilStopped(content: SinkContent, roundTrips: ControlClient): Promise<void> {
  for (let quiet = 0, round = 0; quiet < QUIET_ROUND_TRIPS; round += 1) {
    quiet = content.fill() === 0 ? quiet + 1 : 0;
    check(content.acceptedBytes <= 2 * ACCEPTED_LIMIT_BYTES, "write to stop taking bytes that nobody reads");
    await roundTrips.exchange(testContent(round, 0, 32));
  }
}

/** Both ends, from their own accounts: what the mux holds stays under what the streams may hold. */
async function checkHeldBytes(
  session: BusSession,
): Promise<{ readonly sendHeldBytes: number; readonly readerHeldBytes: number }> {
  const sendHeldBytes = numberAt(session.stats().mux, "heldBytes");
  check(
    sendHeldBytes <= 2 * ACCEPTED_LIMIT_BYTES,
    `the writer's mux to hold a bounded buffer, not ${sendHeldBytes} bytes`,
  );
  const stream = await session.open(`${STATUS_SERVICE}/backpressure`, 1);
  const status = await askForStatus(stream);
  const readerHeldBytes = heldByDaemon(status);
  check(
    readerHeldBytes <= UNREAD_CREDIT_BYTES,
    `the daemon to hold at most the credit it gave, not ${readerHeldBytes} bytes`,
  );
  return { sendHeldBytes, readerHeldBytes };
}

/** The most that any session of the daemon holds unread. */
function heldByDaemon(status: Readonly<Record<string, unknown>>): number {
  const sessions: readonly unknown[] = Array.isArray(status["sessions"]) ? status["sessions"] : [];
  const held = sessions.map((session) => {
    const mux = typeof session === "object" && session !== null && "mux" in session ? session.mux : undefined;
    return typeof mux === "object" && mux !== null ? numberAt({ ...mux }, "receiveBufferedBytes") : Number.NaN;
  });
  check(held.length > 0, "the daemon's status to show a session");
  return Math.max(...held);
}

function numberAt(stats: Readonly<Record<string, unknown>>, name: string): number {
  const value = stats[name];
  check(typeof value === "number", `a number "${name}" in the stats`);
  return value;
}
