/** Two sessions over a stream that delivers in arbitrary pieces, against a model that knows only what users did. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { RstCode } from "./constants.ts";
import { MuxError } from "./mux-error.ts";
import type { MuxEvent } from "./mux-event.ts";
import type { MuxStream } from "./mux-stream.ts";
import { SessionPair } from "./session-pair.fixture.ts";

type Side = "a" | "b";
const other = (side: Side): Side => (side === "a" ? "b" : "a");

interface ModelDirection {
  readonly written: number[];
  isFinished: boolean;
  readByPeer: number;
}
interface ModelStream {
  readonly directions: Record<Side, ModelDirection>;
  wasReset: boolean;
}
/** By id: ids of both sides are distinct. */
interface Model {
  readonly streams: Map<number, ModelStream>;
}
class Real {
  readonly pair = new SessionPair({ limits: { openStreamsPerOpener: 4, streamSendBufferBytes: 3_000 } });
  readonly ends: Record<Side, Map<number, MuxStream>> = { a: new Map(), b: new Map() };

  take(side: Side): void {
    this.pair[side].pump(this.pair.nowMs);
    for (const event of this.pair[side].takeEvents()) this.#learn(side, event);
  }

  #learn(side: Side, event: MuxEvent): void {
    if (event.type === "stream-accepted") this.ends[side].set(event.stream.id, event.stream);
    if (event.type === "session-ended") throw new Error(`session of ${side} ended: ${event.cause} ${event.label}`);
  }
}

const newDirection = (): ModelDirection => ({ written: [], isFinished: false, readByPeer: 0 });
type Command = fc.Command<Model, Real>;
const command = (text: string, run: (model: Model, real: Real) => void): Command => ({
  check: () => true,
  run,
  toString: () => text,
});

/** @returns one of the streams that this side holds */
function pick(real: Real, side: Side, index: number): MuxStream | undefined {
  const held = [...real.ends[side].values()];
  return held[index % Math.max(1, held.length)];
}

function read(model: Model, side: Side, stream: MuxStream, maxBytes: number): void {
  const direction = model.streams.get(stream.id)!.directions[other(side)];
  const bytes = stream.read(maxBytes) ?? new Uint8Array(0);
  expect([...bytes]).toEqual(direction.written.slice(direction.readByPeer, direction.readByPeer + bytes.length));
  direction.readByPeer += bytes.length;
  if (stream.isReadFinished) {
    expect([direction.isFinished, direction.readByPeer]).toEqual([true, direction.written.length]);
  }
}

const side = fc.constantFrom<Side>("a", "b");
const index = fc.nat(9);
const size = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 5_000 }));
const commands = [
  fc.tuple(side, fc.nat(7), fc.nat(5)).map(([who, priority, name]) =>
    command(`open ${who} ${priority} ${name}`, (model, real) => {
      try {
        const stream = real.pair[who].open(`${name}`, priority);
        real.ends[who].set(stream.id, stream);
        model.streams.set(stream.id, { directions: { a: newDirection(), b: newDirection() }, wasReset: false });
      } catch (error) {
        expect(error).toBeInstanceOf(MuxError);
        expect(["MUX_STREAM_LIMIT", "MUX_DUPLICATE_NAME"]).toContain((error as MuxError).code);
      }
    }),
  ),
  fc.tuple(side, index, size).map(([who, at, length]) =>
    command(`write ${who} ${at} ${length}`, (model, real) => {
      const stream = pick(real, who, at);
      if (stream === undefined) return;
      const direction = model.streams.get(stream.id)!.directions[who];
      const bytes = Uint8Array.from({ length }, (_, offset) => (direction.written.length + offset) & 0xff);
      const room = stream.writableBytes;
      const taken = stream.write(bytes);
      expect(taken).toBe(Math.min(length, room));
      if (direction.isFinished) expect(taken).toBe(0);
      direction.written.push(...bytes.subarray(0, taken));
    }),
  ),
  fc.tuple(side, index, size).map(([who, at, length]) =>
    command(`read ${who} ${at} ${length}`, (model, real) => {
      const stream = pick(real, who, at);
      if (stream !== undefined) read(model, who, stream, length);
    }),
  ),
  fc.tuple(side, index).map(([who, at]) =>
    command(`finish ${who} ${at}`, (model, real) => {
      const stream = pick(real, who, at);
      if (stream === undefined) return;
      stream.finish();
      model.streams.get(stream.id)!.directions[who].isFinished = true;
    }),
  ),
  fc.tuple(side, index).map(([who, at]) =>
    command(`reset ${who} ${at}`, (model, real) => {
      const stream = pick(real, who, at);
      if (stream === undefined) return;
      const before = stream.state;
      stream.reset(RstCode.CANCELLED);
      expect(stream.state).toBe(before === "Closed" ? "Closed" : "Reset");
      model.streams.get(stream.id)!.wasReset = true;
    }),
  ),
  side.map((who) => command(`pump ${who}`, (_model, real) => real.take(who))),
  fc.tuple(side, size).map(([who, length]) =>
    command(`move ${who} ${length}`, (_model, real) => {
      const { pipe } = real.pair;
      real.pair.nowMs += 20;
      pipe.move(who === "a" ? pipe.initiator : pipe.responder, length, real.pair.nowMs);
    }),
  ),
];

/** Delivers and reads everything that users wrote. */
function drain(model: Model, real: Real): void {
  const { pipe } = real.pair;
  for (let quiet = 0; quiet < 4;) {
    let progress = 0;
    for (const who of ["a", "b"] as const) {
      real.take(who);
      for (const stream of real.ends[who].values()) {
        progress += stream.readableBytes;
        read(model, who, stream, Number.MAX_SAFE_INTEGER);
      }
      progress += pipe.move(who === "a" ? pipe.initiator : pipe.responder, 1_000_000, real.pair.nowMs);
    }
    quiet = progress === 0 ? quiet + 1 : 0;
  }
}

function checkAtRest(model: Model, real: Real): void {
  let unfinished = 0;
  for (const [id, { directions, wasReset }] of model.streams) {
    const ends = { a: real.ends.a.get(id), b: real.ends.b.get(id) };
    const opener = ends[id % 2 === 1 ? "a" : "b"]!;
    const refused = ends.a === undefined || ends.b === undefined;
    if (refused) {
      expect(opener.state).toBe("Reset");
      // LIMIT: its slot at the peer waits to be read out. Nobody else refuses.
      if (opener.resetCause?.by === "peer") expect(opener.resetCause.code).toBe(RstCode.LIMIT);
      continue;
    }
    if (wasReset) {
      expect(["Reset", "Closed"]).toContain(opener.state);
      continue;
    }
    const halfOrOpen = directions.a.isFinished
      ? "HalfClosedLocal"
      : directions.b.isFinished
        ? "HalfClosedRemote"
        : "Open";
    const expectedOfA = directions.a.isFinished && directions.b.isFinished ? "Closed" : halfOrOpen;
    expect(ends.a?.state).toBe(expectedOfA);
    if (expectedOfA !== "Closed") unfinished += 1;
    for (const who of ["a", "b"] as const) {
      expect(directions[who].readByPeer).toBe(directions[who].written.length);
      expect(ends[other(who)]?.isReadFinished).toBe(directions[who].isFinished);
    }
  }
  for (const who of ["a", "b"] as const) {
    const stats = real.pair[who].stats();
    expect(Object.values(stats.streams).reduce((sum, count) => sum + count)).toBe(unfinished);
    expect([stats.heldBytes, stats.namesInUse, stats.pendingControlFrames]).toEqual([0, unfinished, 0]);
  }
}

test("whatever users do and however bytes are cut, streams deliver what was written and rest empty", () => {
  fc.assert(
    fc.property(fc.commands(commands, { maxCommands: 120, size: "+2" }), (steps) => {
      const model: Model = { streams: new Map() };
      const real = new Real();
      fc.modelRun(() => ({ model, real }), steps);
      drain(model, real);
      checkAtRest(model, real);
    }),
    { numRuns: 300 },
  );
});
