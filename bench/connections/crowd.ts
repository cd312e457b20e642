/** Many devices that each hold one connection to the same daemon, and transfer all at once. */
import type { Bus } from "../../guest/bus/bus.ts";
import { BusError } from "../../guest/bus/sessions/bus-error.ts";
import type { BusSession } from "../../guest/bus/sessions/bus-session.ts";
import type { BusStream } from "../../guest/bus/sessions/bus-stream.ts";
import { ECHO_SERVICE } from "../../guest/services/echo/echo-server.ts";
import type { TransportMode } from "../../contract/configuration.ts";
import { cryptoNamed, type DeviceOptions, makeBus, peer, type PrimitivesName } from "../device/device.ts";
import { crowdLimits, TAKE_SERVICE } from "./crowded-bus.ts";

/** Dialled at a time: handshakes cost their initiator what they cost the daemon. */
const DIALS_AT_ONCE = 32;
const PIECE = new Uint8Array(4 * 1024).fill(0x5a);
const LARGE_PIECE = new Uint8Array(16 * 1024).fill(0x5a);

/** No two devices of a process are the same one. */
let devicesMade = 0;

export class Crowd {
  readonly #options: DeviceOptions;
  readonly #buses: readonly Bus[];
  readonly #sessions: BusSession[] = [];
  readonly #sentBytes: number[];
  #failure: BusError | undefined;

  constructor(size: number, mode: TransportMode, cryptoName: PrimitivesName = "native") {
    this.#options = { mode, crypto: cryptoNamed(cryptoName), limits: crowdLimits(1) };
    this.#buses = Array.from({ length: size }, () => makeBus(`device ${(devicesMade += 1)}`, this.#options));
    this.#sentBytes = new Array<number>(size).fill(0);
  }

  /** Of `sendForEver`: what each connection has taken so far. @throws BusError if one of them has ended */
  get sentBytes(): readonly number[] {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#sentBytes;
  }

  get size(): number {
    return this.#buses.length;
  }

  /** Connections that live. */
  get connected(): number {
    return this.#sessions.filter(({ end }) => end === undefined).length;
  }

  /** @throws BusError if one of them is refused */
  async connect(port: number): Promise<void> {
    const daemon = peer("daemon", port);
    let next = 0;
    const dialInTurn = async (): Promise<void> => {
      for (let bus = this.#buses[next]; bus !== undefined; bus = this.#buses[next]) {
        next += 1;
        this.#sessions.push(await bus.dial(daemon));
      }
    };
    await Promise.all(Array.from({ length: DIALS_AT_ONCE }, dialInTurn));
  }

  /** Devices of their own dial one after the other, and hang up. @returns how many got in */
  async dialMore(port: number, count: number): Promise<number> {
    let dialled = 0;
    for (let index = 0; index < count; index += 1) {
      const bus = makeBus(`device ${(devicesMade += 1)}`, this.#options);
      try {
        await bus.dial(peer("daemon", port));
        dialled += 1;
      } catch (error) {
        if (!(error instanceof BusError)) throw error;
      }
      void bus.close(0);
    }
    return dialled;
  }

  /** Every connection sends as much as it can, for as long as the process lives. @returns once each has its stream */
  async sendForEver(): Promise<void> {
    const streams = await Promise.all(this.#sessions.map((session) => session.open(TAKE_SERVICE, 3)));
    for (const [index, stream] of streams.entries()) {
      this.#sendOn(stream, index).catch((error: BusError) => (this.#failure ??= error));
    }
  }

  async #sendOn(stream: BusStream, index: number): Promise<void> {
    for (;;) {
      await stream.write(LARGE_PIECE);
      this.#sentBytes[index] = (this.#sentBytes[index] ?? 0) + LARGE_PIECE.length;
    }
  }

  /** Every connection sends as much as it can until all of them together have sent `totalBytes`. @returns bytes that arrived of each */
  async upload(totalBytes: number): Promise<readonly number[]> {
    const done = { bytes: 0 };
    const streams = await Promise.all(this.#sessions.map((session) => session.open(TAKE_SERVICE, 3)));
    return await Promise.all(streams.map((stream) => sendUntil(stream, totalBytes, done)));
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

async function sendUntil(stream: BusStream, totalBytes: number, done: { bytes: number }): Promise<number> {
  let sent = 0;
  while (done.bytes < totalBytes) {
    await stream.write(LARGE_PIECE);
    sent += LARGE_PIECE.length;
    done.bytes += LARGE_PIECE.length;
  }
  stream.finish();
  // The other side ends when it has read everything.
  while ((await stream.read()) !== undefined);
  return sent;
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
