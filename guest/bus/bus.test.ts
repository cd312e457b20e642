import { afterEach, describe, expect, test } from "vitest";
import { toWebStreams } from "../node/web-streams.ts";
import { PacketType } from "../core/index.ts";
import { type SocketAddress, SocketError, type UdpSocket } from "../runtime/runtime.ts";
import { errorCodeOf } from "./sessions/bus-error.ts";
import type { BusSession } from "./sessions/bus-session.ts";
import { ECHO_SERVICE, serveEcho } from "../services/echo/echo-server.ts";
import { checkEcho } from "../services/echo/echo-client.ts";
import {
  busConfiguration,
  crypto,
  LOOPBACK,
  makeBus,
  makePair,
  type Pair,
  peerOf,
  testRuntime,
} from "./loopback.fixture.ts";
import { serveSession } from "../services/serving/serve-session.ts";

const open: Pair[] = [];
afterEach(async () => {
  for (const pair of open.splice(0)) await pair.close();
});

function serveEchoOn(session: BusSession): void {
  serveSession(session, new Map([[ECHO_SERVICE, serveEcho]]), { runtime: testRuntime(), crypto });
}

async function echoPair(transport: "udp-sec" | "tcp"): Promise<{ pair: Pair; session: BusSession }> {
  const pair = await makePair(transport, serveEchoOn);
  open.push(pair);
  return { pair, session: await pair.dialler.bus.dial(pair.target) };
}

describe.each(["udp-sec", "tcp"] as const)("over %s", (transport) => {
  test("both sides know each other and the transport", async () => {
    const { pair, session } = await echoPair(transport);
    const accepted = pair.listener.sessions[0];
    expect([session.transport, session.dialled, session.peerDeviceId]).toEqual([transport, true, pair.target.deviceId]);
    expect([accepted?.transport, accepted?.dialled]).toEqual([transport, false]);
    expect(accepted?.peerDeviceId).toBe(peerOf("dialler", 0).deviceId);
  });

  test("more than all buffers hold comes back whole, and both directions end", async () => {
    const { session } = await echoPair(transport);
    await checkEcho(await session.open(ECHO_SERVICE, 3), 7, 1_500_000);
    expect(session.openStreams).toBe(0);
  });

  test("what is not read stops the writer", async () => {
    const pair = await makePair(transport, (session) => {
      session.serve({ accepts: () => true, onStream: () => undefined });
    });
    open.push(pair);
    const session = await pair.dialler.bus.dial(pair.target);
    const stream = await session.open("unread", 3);
    const whole = stream.write(new Uint8Array(1_000_000));
    session.close(0, "enough");
    expect(await errorCodeOf(whole)).toBe("BUS_SESSION_ENDED");
  });

  test("a reset reaches whoever waits on either side", async () => {
    let read: Promise<string> | undefined;
    const pair = await makePair(transport, (session) => {
      session.serve({ accepts: () => true, onStream: (stream) => void (read = errorCodeOf(stream.read())) });
    });
    open.push(pair);
    const stream = await (await pair.dialler.bus.dial(pair.target)).open("doomed", 3);
    const own = errorCodeOf(stream.read());
    stream.reset();
    expect(await own).toBe("BUS_STREAM_RESET");
    expect(await read).toBe("BUS_STREAM_RESET");
    expect(await errorCodeOf(stream.write(Uint8Array.of(1)))).toBe("BUS_STREAM_RESET");
  });

  test("the end of a session reaches open streams, pending opens and the peer", async () => {
    const pair = await makePair(transport, (session) => {
      session.serve({ accepts: () => true, onStream: () => undefined });
    });
    open.push(pair);
    const session = await pair.dialler.bus.dial(pair.target);
    const stream = await session.open("one", 3);
    const waiting = [errorCodeOf(stream.read()), errorCodeOf(session.open("two", 3))];
    session.close(6, "for a reason");
    expect(await Promise.all(waiting)).toEqual(["BUS_SESSION_ENDED", "BUS_SESSION_ENDED"]);
    expect(await session.closed).toMatchObject({ name: "APPLICATION", by: "local" });
    const accepted = pair.listener.sessions[0];
    expect(await accepted?.closed).toMatchObject({ name: "APPLICATION", reason: "for a reason", by: "peer" });
    expect(await errorCodeOf(session.open("three", 3))).toBe("BUS_SESSION_ENDED");
  });

  // Requirements: V-2, RX-128
  test("a service that isn't there, and a name in use, are refused", async () => {
    const { session } = await echoPair(transport);
    await session.open(ECHO_SERVICE, 3);
    expect(await errorCodeOf(session.open("nothing", 3))).toBe("BUS_STREAM_RESET");
    expect(await errorCodeOf(session.open(ECHO_SERVICE, 3))).toBe("BUS_STREAM_REFUSED");
  });

  test("a write after finish is told so", async () => {
    const { session } = await echoPair(transport);
    const stream = await session.open(ECHO_SERVICE, 3);
    stream.finish();
    expect(await errorCodeOf(stream.write(Uint8Array.of(1)))).toBe("BUS_STREAM_FINISHED");
    expect(await stream.read()).toBeUndefined();
  });

  test("leaving an iteration early resets the stream", async () => {
    const { session } = await echoPair(transport);
    const stream = await session.open(ECHO_SERVICE, 3);
    await stream.write(Uint8Array.of(1, 2, 3));
    for await (const bytes of stream) {
      expect(bytes.length).toBeGreaterThan(0);
      break;
    }
    expect(await errorCodeOf(stream.read())).toBe("BUS_STREAM_RESET");
  });

  test("web streams carry both directions to their ends", async () => {
    const { session } = await echoPair(transport);
    const { readable, writable } = toWebStreams(await session.open(ECHO_SERVICE, 3));
    const writer = writable.getWriter();
    const writing = writer.write(new Uint8Array(300_000).fill(5)).then(() => writer.close());
    let received = 0;
    for await (const bytes of readable) received += bytes.length;
    await writing;
    expect(received).toBe(300_000);
  });

  test("a second session of the same dialler takes the place of the first", async () => {
    const { pair, session } = await echoPair(transport);
    const again = await pair.dialler.bus.dial(pair.target);
    await session.closed;
    await checkEcho(await again.open(ECHO_SERVICE, 3), 1, 1_000);
    expect(pair.listener.bus.sessions.size).toBe(1);
  });

  // Requirement: RX-47
  test("an unknown device is refused, and so is a daemon that is another device", async () => {
    const { pair } = await echoPair(transport);
    const stranger = makeBus(busConfiguration("stranger", { mode: transport }));
    expect(await errorCodeOf(stranger.bus.dial(pair.target))).toBe("BUS_AUTHENTICATION");
    await stranger.bus.close(0);
    const other = { ...pair.target, deviceId: peerOf("somebody else", 0).deviceId };
    expect(await errorCodeOf(pair.dialler.bus.dial(other))).toBe("BUS_AUTHENTICATION");
    expect(pair.listener.sessions).toHaveLength(1);
  });

  test("a closed bus refuses to dial", async () => {
    const { pair } = await echoPair(transport);
    await pair.dialler.bus.close(0);
    expect(await errorCodeOf(pair.dialler.bus.dial(pair.target))).toBe("BUS_CLOSED");
  });
});

// Requirement: H-53
test("a session over the other transport takes the place of the first, on both sides", async () => {
  const { pair, session } = await echoPair("udp-sec");
  const accepted = pair.listener.sessions[0];
  const overTcp = await pair.dialler.bus.dial(pair.target, "tcp");
  expect((await session.closed).name).toBe("REPLACED");
  expect((await accepted?.closed)?.name).toBe("REPLACED");
  await checkEcho(await overTcp.open(ECHO_SERVICE, 3), 1, 1_000);
});

// Requirement: H-53
test("a MSG3 alone ends no session over TCP: the first packet after it does", async () => {
  const { pair, session: overTcp } = await echoPair("tcp");
  const [accepted] = pair.listener.sessions;
  const held: (() => void)[] = [];
  let isHeldBack = true;
  const runtime = testRuntime();
  const bind = async (local: SocketAddress): Promise<UdpSocket> => {
    const socket = await runtime.udp.bind(local);
    const send = (datagram: Uint8Array, to: SocketAddress): void => {
      const isOfHandshake = datagram[1] === PacketType.MSG1 || datagram[1] === PacketType.MSG3;
      const copy = datagram.slice();
      if (isOfHandshake || !isHeldBack) socket.send(datagram, to);
      else held.push(() => socket.send(copy, to));
    };
    return {
      local: socket.local,
      hasSentAll: false,
      onDatagrams: (take) => socket.onDatagrams(take),
      send,
      setBroadcast: (on) => socket.setBroadcast(on),
      close: () => socket.close(),
    };
  };
  const attacked = makeBus(busConfiguration("dialler", { mode: "udp-sec" }), {
    ...runtime,
    udp: { ...runtime.udp, bind },
  });
  await attacked.bus.dial(pair.target);
  expect(pair.listener.sessions.map(({ transport }) => transport)).toEqual(["tcp", "udp-sec"]);
  await checkEcho(await overTcp.open(ECHO_SERVICE, 3), 1, 1_000);
  expect([accepted?.end, held.length > 0]).toEqual([undefined, true]);
  isHeldBack = false;
  for (const release of held) release();
  expect((await accepted?.closed)?.name).toBe("NO_ERROR");
  expect(pair.listener.bus.sessions.size).toBe(1);
  await attacked.bus.close(0);
});

test("auto takes udp-sec where it is answered", async () => {
  const pair = await makePair("auto", serveEchoOn);
  open.push(pair);
  expect((await pair.dialler.bus.dial(pair.target)).transport).toBe("udp-sec");
  expect(pair.dialler.fallbacks).toEqual([]);
});

test("auto takes tcp at once where udp-sec is disabled on this side", async () => {
  const pair = await makePair("auto", serveEchoOn, { dialler: { udpSecEnabled: false } });
  open.push(pair);
  expect((await pair.dialler.bus.dial(pair.target)).transport).toBe("tcp");
  expect(pair.dialler.fallbacks).toEqual([]);
});

// Requirements: S-2, S-4
test("auto falls back after its deadline, says so once, and remembers", async () => {
  const pair = await makePair("auto", serveEchoOn, { listener: { udpSecEnabled: false } });
  open.push(pair);
  expect((await pair.dialler.bus.dial(pair.target)).transport).toBe("tcp");
  expect((await pair.dialler.bus.dial(pair.target)).transport).toBe("tcp");
  expect(pair.dialler.fallbacks).toEqual(["listener"]);
  expect(pair.dialler.bus.isFallbackRemembered(pair.target.deviceId)).toBe(true);
}, 20_000);

test("udp-sec that is demanded but disabled is an error on both sides", async () => {
  const disabled = makeBus(busConfiguration("x", { mode: "udp-sec", udpSecEnabled: false }));
  expect(await errorCodeOf(disabled.bus.listen({ host: LOOPBACK, port: 0 }))).toBe("BUS_UNAVAILABLE");
  expect(await errorCodeOf(disabled.bus.dial(peerOf("listener", 9)))).toBe("BUS_UNAVAILABLE");
});

test.each(["auto", "udp-sec", "tcp"] as const)(
  "a shut entropy gate refuses to listen and to dial, mode %s",
  async (mode) => {
    for (const entropyPolicy of ["hardware", "kernel"] as const) {
      const entropy = { kernelInitialised: entropyPolicy === "hardware", hardwareSource: undefined };
      const gated = makeBus(busConfiguration("x", { mode, entropyPolicy }), testRuntime(undefined, entropy));
      expect(await errorCodeOf(gated.bus.listen({ host: LOOPBACK, port: 0 }))).toBe("BUS_ENTROPY");
      expect(await errorCodeOf(gated.bus.dial(peerOf("listener", 9)))).toBe("BUS_ENTROPY");
      expect(gated.fallbacks).toEqual([]);
    }
  },
);

test("a tcp port that is taken is told", async () => {
  const pair = await makePair("tcp");
  open.push(pair);
  const second = makeBus(busConfiguration("second", { mode: "tcp" }));
  expect(await errorCodeOf(second.bus.listen({ host: LOOPBACK, port: pair.target.port }))).toBe("BUS_UNAVAILABLE");
});

test("auto listens on tcp alone where the udp socket can't be had", async () => {
  const runtime = testRuntime();
  const bind = () => Promise.reject(new SocketError("EADDRINUSE", "taken"));
  const { bus } = makeBus(busConfiguration("x"), { ...runtime, udp: { ...runtime.udp, bind } });
  expect(await bus.listen({ host: LOOPBACK, port: 0 })).toMatchObject({ udpSec: false, tcp: true });
  await bus.close(0);
});
