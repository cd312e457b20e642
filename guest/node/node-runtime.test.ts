import { createSocket } from "node:dgram";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseEventLine } from "../../contract/event-line.ts";
import { MAX_BATCH_DATAGRAMS, type ReceivedDatagram, SocketError, type TcpConnection } from "../runtime/runtime.ts";
import { NodeClock } from "./clock.ts";
import { FileConsole, MAX_EVENT_LINE_BYTES } from "./console.ts";
import {
  isRandomDeviceReady,
  KERNEL_FILES,
  NodeEntropySource,
  readHardwareQuality,
  readHardwareSource,
} from "./entropy.ts";
import { NodeTcpSockets } from "./tcp.ts";
import { NodeUdpSockets } from "./udp.ts";
import { writeWhole } from "./whole-write.ts";

const LOOPBACK = "127.0.0.1";
const clock = new NodeClock();
const udp = new NodeUdpSockets(clock);
const tcp = new NodeTcpSockets(clock);
let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "udpsec-node-"))));
afterAll(() => rmSync(folder, { recursive: true }));

describe("clock", () => {
  test("calls back in order, never early, never synchronously", async () => {
    const calls: number[] = [];
    const startMs = clock.nowMs();
    await new Promise<void>((resolve) => {
      clock.setTimer(startMs + 3.5, () => {
        expect(clock.nowMs()).toBeGreaterThanOrEqual(startMs + 3.5);
        calls.push(2);
        resolve();
      });
      clock.setTimer(startMs - 1, () => calls.push(1));
      calls.push(0);
    });
    expect(calls).toEqual([0, 1, 2]);
  });

  test("a cancelled timer stays silent, and a far one doesn't fire at once", async () => {
    let fired = 0;
    clock.setTimer(clock.nowMs() + 1, () => (fired += 1)).cancel();
    const far = clock.setTimer(clock.nowMs() + 2 ** 40, () => (fired += 1));
    await new Promise<void>((resolve) => void clock.setTimer(clock.nowMs() + 10, resolve));
    far.cancel();
    expect(fired).toBe(0);
  });
});

/** Keeps the processor from everything else. */
function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe("a busy machine", () => {
  test("reads what came during a long turn before a timer acts that came due in it", async () => {
    const [a, b] = await Promise.all([udp.bind({ host: LOOPBACK, port: 0 }), udp.bind({ host: LOOPBACK, port: 0 })]);
    const order: string[] = [];
    b.onDatagrams((batch) => order.push(`${batch.length} read`));
    await new Promise<void>((resolve) => {
      // Behind an immediate Node comes to its timers first.
      setImmediate(() => {
        a.send(new Uint8Array(1), b.local);
        clock.setTimer(clock.nowMs() + 1, () => {
          order.push("due");
          resolve();
        });
        block(30);
      });
    });
    expect(order).toEqual(["1 read", "due"]);
    for (const socket of [a, b]) socket.close();
  });

  test("a timer that is cancelled while the machine reads stays silent", async () => {
    let fired = 0;
    const timer = clock.setTimer(clock.nowMs(), () => (fired += 1));
    // A plain timer acts in the turn in which ours came due, before any reading.
    setTimeout(() => timer.cancel(), 1);
    block(5);
    await new Promise<void>((resolve) => void clock.setTimer(clock.nowMs() + 10, resolve));
    expect(fired).toBe(0);
  });
});

describe("udp", () => {
  test("what arrives comes in bounded batches, whole and with its sender", async () => {
    const [a, b] = await Promise.all([udp.bind({ host: LOOPBACK, port: 0 }), udp.bind({ host: LOOPBACK, port: 0 })]);
    const total = 3 * MAX_BATCH_DATAGRAMS;
    const batches: (readonly ReceivedDatagram[])[] = [];
    const all = new Promise<void>((resolve) => {
      b.onDatagrams((batch) => {
        batches.push(batch);
        if (batches.flat().length === total) resolve();
      });
    });
    for (let index = 0; index < total; index += 1) a.send(Uint8Array.of(index, 1, 2), b.local);
    await all;
    const received = batches.flat();
    expect(received.map(({ bytes }) => [...bytes])).toEqual(Array.from({ length: total }, (_, index) => [index, 1, 2]));
    expect(received[0]?.from).toEqual(a.local);
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(MAX_BATCH_DATAGRAMS);
    expect(batches.length).toBeLessThan(total);
    a.close();
    b.close();
  });

  test("what the kernel took is sent, and a closed socket promises nothing", async () => {
    const socket = await udp.bind({ host: LOOPBACK, port: 0 });
    socket.send(new Uint8Array(1200), socket.local);
    expect(socket.hasSentAll).toBe(true);
    socket.close();
    expect(socket.hasSentAll).toBe(false);
  });

  // Requirement: S-6
  test("sending into nothing, and after close, is nobody's error", async () => {
    const socket = await udp.bind({ host: LOOPBACK, port: 0 });
    socket.send(Uint8Array.of(1), { host: LOOPBACK, port: 9 });
    socket.send(new Uint8Array(70_000), { host: LOOPBACK, port: 9 });
    // An answer to port 0, which a datagram may come from.
    socket.send(Uint8Array.of(1), { host: LOOPBACK, port: 0 });
    await new Promise((resolve) => setImmediate(resolve));
    const arrived = new Promise<readonly ReceivedDatagram[]>((resolve) => socket.onDatagrams(resolve));
    socket.send(Uint8Array.of(2), socket.local);
    expect((await arrived).map(({ bytes }) => [...bytes])).toEqual([[2]]);
    socket.close();
    socket.close();
    socket.send(Uint8Array.of(1), { host: LOOPBACK, port: 9 });
  });

  test("a port that is taken is told with its code", async () => {
    const socket = await udp.bind({ host: LOOPBACK, port: 0 });
    const error = await udp.bind(socket.local).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error instanceof SocketError && error.code).toBe("EADDRINUSE");
    socket.close();
  });

  test("a closed port is told from an open one", async () => {
    const open = createSocket("udp4");
    await new Promise<void>((resolve) => void open.bind(0, LOOPBACK, resolve));
    const remote = { host: LOOPBACK, port: open.address().port };
    expect(await udp.isPortClosed(remote, clock.nowMs() + 50)).toBe(false);
    await new Promise<void>((resolve) => void open.close(resolve));
    expect(await udp.isPortClosed(remote, clock.nowMs() + 5_000)).toBe(true);
  });
});

describe("tcp", () => {
  interface Side {
    readonly connection: TcpConnection;
    readonly received: Uint8Array[];
    readonly ended: Promise<void>;
    readonly closed: Promise<SocketError | undefined>;
  }

  function attach(connection: TcpConnection): Side {
    const received: Uint8Array[] = [];
    let closed: (error: SocketError | undefined) => void = () => undefined;
    const closing = new Promise<SocketError | undefined>((resolve) => (closed = resolve));
    const ended = new Promise<void>((resolve) => {
      connection.setHandler({
        onBytes: (bytes) => void received.push(bytes),
        onDrain: () => undefined,
        onEnd: resolve,
        onClosed: closed,
      });
    });
    return { connection, received, ended, closed: closing };
  }

  async function pair(): Promise<{ near: Side; far: Side; stop: () => void }> {
    let accepted: (side: Side) => void = () => undefined;
    const far = new Promise<Side>((resolve) => (accepted = resolve));
    const listener = await tcp.listen({ host: LOOPBACK, port: 0 }, (connection) => accepted(attach(connection)));
    const near = attach(await tcp.connect(listener.local, clock.nowMs() + 5_000));
    return { near, far: await far, stop: () => listener.close() };
  }

  test("each direction ends by itself", async () => {
    const { near, far, stop } = await pair();
    near.connection.write(Uint8Array.of(1, 2));
    near.connection.end();
    await far.ended;
    far.connection.write(Uint8Array.of(3));
    far.connection.end();
    await near.ended;
    expect(Buffer.concat(far.received)).toEqual(Buffer.of(1, 2));
    expect(Buffer.concat(near.received)).toEqual(Buffer.of(3));
    expect([await near.closed, await far.closed]).toEqual([undefined, undefined]);
    stop();
  });

  test("a reader that stopped makes write say so", async () => {
    const { near, far, stop } = await pair();
    far.connection.setReading(false);
    let writes = 0;
    while (near.connection.write(new Uint8Array(256 * 1024))) writes += 1;
    expect(writes).toBeLessThan(1_000);
    near.connection.destroy();
    far.connection.destroy();
    await near.closed;
    stop();
  });

  test("what was written may change as soon as nothing is queued", async () => {
    const { near, far, stop } = await pair();
    far.connection.setReading(false);
    const bytes = new Uint8Array(64 * 1024);
    let writes = 0;
    for (; near.connection.queuedBytes === 0 && writes < 1_000; writes += 1) near.connection.write(bytes.fill(writes));
    expect(writes).toBeLessThan(1_000);
    far.connection.setReading(true);
    near.connection.end();
    await far.ended;
    const whole = Buffer.concat(far.received);
    expect(whole).toHaveLength(writes * bytes.length);
    const isAsWritten = whole.every((byte, index) => byte === (Math.floor(index / bytes.length) & 0xff));
    expect(isAsWritten).toBe(true);
    far.connection.end();
    stop();
  });

  test("nobody there is told with its code", async () => {
    const { stop, near } = await pair();
    const remote = near.connection.remote;
    near.connection.destroy();
    stop();
    await near.closed;
    const error = await tcp.connect(remote, clock.nowMs() + 5_000).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error instanceof SocketError && error.code).toBe("ECONNREFUSED");
  });
});

describe("entropy", () => {
  test("the kernel of a running system is initialised; a file that isn't there is not", () => {
    expect(isRandomDeviceReady("/dev/random")).toBe(true);
    expect(isRandomDeviceReady(join(folder, "missing"))).toBe(false);
    expect(new NodeEntropySource().randomBytes(32)).toHaveLength(32);
  });

  test("is what three files of the kernel say, those that Linux documents", () => {
    expect(KERNEL_FILES).toEqual({
      randomDevice: "/dev/random",
      hardwareSource: "/sys/class/misc/hw_random/rng_current",
      hardwareQuality: "/sys/class/misc/hw_random/rng_quality",
    });
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const files = {
      randomDevice: file("random", "x"),
      hardwareSource: file("current", "virtio_rng.0\n"),
      hardwareQuality: file("quality", "900\n"),
    };
    const source = new NodeEntropySource(files);
    const told = { kernelInitialised: true, hardwareSource: "virtio_rng.0", hardwareQuality: 900 };
    expect(source.status()).toEqual(told);
    file("quality", "0\n");
    expect(source.status()).toEqual({ ...told, hardwareQuality: 0 });
    rmSync(files.randomDevice);
    expect(source.status().kernelInitialised).toBe(false);
  });

  test.each([
    ["virtio_rng.0\n", "virtio_rng.0"],
    ["none\n", undefined],
    ["\n", undefined],
  ])("rng_current %j is source %j", (text, source) => {
    const path = join(folder, "rng_current");
    writeFileSync(path, text);
    expect(readHardwareSource(path)).toBe(source);
    expect(readHardwareSource(join(folder, "missing"))).toBeUndefined();
  });

  test.each([
    ["1000\n", 1_000],
    ["0\n", 0],
    ["much\n", undefined],
  ])("rng_quality %j is %s", (text, quality) => {
    const path = join(folder, "rng_quality");
    writeFileSync(path, text);
    expect(readHardwareQuality(path)).toBe(quality);
    expect(readHardwareQuality(join(folder, "missing"))).toBeUndefined();
  });
});

describe("console", () => {
  test("a full reader and short writes are waited for, other errors are not", () => {
    const written: number[] = [];
    let calls = 0;
    writeWhole(1, Uint8Array.of(1, 2, 3, 4, 5), (_file, bytes) => {
      calls += 1;
      if (calls % 2 === 1) throw Object.assign(new Error("full"), { code: "EAGAIN" });
      written.push(...bytes.subarray(0, 2));
      return Math.min(2, bytes.length);
    });
    expect([written, calls]).toEqual([[1, 2, 3, 4, 5], 6]);
    const fail = () => writeWhole(1, Uint8Array.of(1), () => raise("EIO"));
    expect(fail).toThrow("EIO");
  });

  test("what a full disk or a dead reader doesn't take is dropped and counted, and told once there is room", () => {
    let code: string | undefined = "ENOSPC";
    const written: string[] = [];
    const patience: boolean[] = [];
    const console = new FileConsole({
      consoleFile: 1,
      eventFile: 3,
      source: "dsoftbusd",
      clock,
      write: (_file, bytes, isPatient) => {
        patience.push(isPatient);
        if (code !== undefined) raise(code);
        written.push(Buffer.from(bytes).toString().trim());
      },
    });
    console.event("one", {});
    console.event("two", {});
    console.line("lost");
    expect(console.dropped).toEqual({ events: 2, lines: 1 });
    // A file that took nothing the last time isn't waited for.
    expect([patience[0], patience.slice(1, -1)]).toEqual([true, [false, false]]);
    code = undefined;
    console.event("three", {});
    const kinds = written.map((line) => parseEventLine(line));
    expect(kinds).toMatchObject([{ kind: "events-dropped", data: { dropped: 2 } }, { kind: "three" }]);
    console.event("four", {});
    expect(written).toHaveLength(3);
    expect(console.dropped).toEqual({ events: 2, lines: 1 });
  });

  test("a line that a full disk cut short spoils no other line", () => {
    const path = join(folder, "cut-short.ndjson");
    let room = Infinity;
    const write = (_file: number, bytes: Uint8Array): void => {
      appendFileSync(path, bytes.subarray(0, room));
      if (bytes.length > room) raise("ENOSPC");
    };
    const console = new FileConsole({ consoleFile: 1, eventFile: 3, source: "dsoftbusd", clock, write });
    console.event("one", {});
    for (room = 10; room >= 0; room -= 5) console.event("lost", {});
    room = Infinity;
    console.event("two", {});
    const lines = readFileSync(path, "latin1").split("\n");
    const whole = lines.map((line) => parseEventLine(line)).filter((line) => !("torn" in line));
    expect(whole).toMatchObject([{ kind: "one" }, { kind: "events-dropped", data: { dropped: 3 } }, { kind: "two" }]);
  });

  test("a mistake of ours is no full disk", () => {
    const write = (): never => {
      throw new TypeError("a bug");
    };
    const console = new FileConsole({ consoleFile: 1, eventFile: 3, source: "x", clock, write });
    expect(() => console.event("one", {})).toThrow(TypeError);
  });

  test("a marker goes to the event port first, then to the console, each in one write", () => {
    const writes: [number, string][] = [];
    const console = new FileConsole({
      consoleFile: 1,
      eventFile: 3,
      source: "selftest",
      clock,
      write: (file, bytes) => void writes.push([file, Buffer.from(bytes).toString()]),
    });
    console.marker("SELFTEST: x ok");
    console.event("figures", { long: "y".repeat(MAX_EVENT_LINE_BYTES) });
    expect(writes.map(([file]) => file)).toEqual([3, 1, 3]);
    expect(writes[1]).toEqual([1, "SELFTEST: x ok\n"]);
    const events = [writes[0], writes[2]].map((write) => parseEventLine((write?.[1] ?? "").trimEnd()));
    expect(events[0]).toMatchObject({ seq: 1, source: "selftest", kind: "marker", data: { text: "SELFTEST: x ok" } });
    expect(events[1]).toMatchObject({ seq: 2, kind: "event-too-long", data: { kind: "figures" } });
  });
});

function raise(code: string): never {
  throw Object.assign(new Error(code), { code });
}
