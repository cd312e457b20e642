/** Many devices that each hold one connection to the same daemon, and transfer all at once. */
import type { Bus } from "../../guest/bus/bus.ts";
import { BusError } from "../../guest/bus/sessions/bus-error.ts";
import type { BusSession } from "../../guest/bus/sessions/bus-session.ts";
import type { BusStream } from "../../guest/bus/sessions/bus-stream.ts";
import { ECHO_SERVICE } from "../../guest/services/echo/echo-server.ts";
import type { TransportMode } from "../../contract/configuration.ts";
import { makeBus, peer } from "../device/device.ts";
import { crowdLimits } from "./crowded-bus.ts";

/** Dialled at a time: handshakes cost their initiator what they cost the daemon. */
const DIALS_AT_ONCE = 32;
const PIECE = new Uint8Array(4 * 1024).fill(0x5a);

export class Crowd {
  readonly #mode: TransportMode;
  readonly #size: number;
  readonly #buses: Bus[] = [];
  readonly #sessions: BusSession[] = [];

  constructor(size: number, mode: TransportMode) {
    this.#mode = mode;
    this.#size = size;
  }

  /** Connections that live. */
  get connected(): number {
    return this.#sessions.filter(({ end }) => end === undefined).length;
  }

  /** @throws BusError if one of them is refused */
  async connect(port: number): Promise<void> {
    const daemon = peer("daemon", port);
    for (let first = 0; first < this.#size; first += DIALS_AT_ONCE) {
      const batch = Array.from({ length: Math.min(DIALS_AT_ONCE, this.#size - first) }, (_, index) => first + index);
      await Promise.all(
        batch.map(async (index) => {
          const bus = makeBus(`device ${index}`, { mode: this.#mode, limits: crowdLimits(1) });
          this.#buses.push(bus);
          this.#sessions.push(await bus.dial(daemon));
        }),
      );
    }
  }

  /**
   * Every connection sends pieces and gets them back, as often as it can, until all of them together have done `totalBytes`.
   * @returns echoed bytes of each
   */
  async transfer(totalBytes: number): Promise<readonly number[]> {
    const done = { bytes: 0 };
    const streams = await Promise.all(this.#sessions.map((session) => session.open(ECHO_SERVICE, 3)));
    return await Promise.all(streams.map((stream) => echoUntil(stream, totalBytes, done)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#buses.map((bus) => bus.close(0)));
  }
}

/** One piece under way at a time: what is compared is how often each gets its turn, not who fills the daemon's socket first. */
async function echoUntil(stream: BusStream, totalBytes: number, done: { bytes: number }): Promise<number> {
  let echoed = 0;
  try {
    while (done.bytes < totalBytes) {
      await stream.write(PIECE);
      const pieceEnd = echoed + PIECE.length;
      while (echoed < pieceEnd) {
        const bytes = await stream.read();
        if (bytes === undefined) return echoed;
        echoed += bytes.length;
        done.bytes += bytes.length;
      }
    }
    stream.finish();
  } catch (error) {
    // Its session ended: its share stays what it was, and `connected` tells.
    if (!(error instanceof BusError)) throw error;
  }
  return echoed;
}
