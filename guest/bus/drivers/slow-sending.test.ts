/** A machine for which each datagram takes long, and a window that leaves at once: the socket must be read meanwhile. */
import { expect, test } from "vitest";
import { checkEcho } from "../../services/echo/echo-client.ts";
import { ECHO_SERVICE } from "../../services/echo/echo-server.ts";
import type { Clock, Runtime, UdpSocket } from "../../runtime/runtime.ts";
import { busConfiguration, makeBus, peerOf } from "../loopback.fixture.ts";
import { PORT, SmallWorld } from "../small-world.fixture.ts";

const SEND_MS = 7;
/** As many as it takes until 20 ms have gone by. */
const MOST_IN_A_TURN = 3;

/** Wraps a runtime: each datagram that it sends costs time, and what is sent in one turn is counted. */
function slowed(runtime: Runtime, turnOf: () => number): { readonly runtime: Runtime; readonly most: () => number } {
  const { clock: inner, udp } = runtime;
  let spentMs = 0;
  const inTurn = new Map<number, number>();
  const clock: Clock = {
    nowMs: () => inner.nowMs() + spentMs,
    setTimer: (atMs, callback) => inner.setTimer(Math.max(inner.nowMs(), atMs - spentMs), callback),
  };
  const slow = (socket: UdpSocket): UdpSocket => ({
    local: socket.local,
    hasSentAll: socket.hasSentAll,
    onDatagrams: (handler) => socket.onDatagrams(handler),
    send: (datagram, to) => {
      spentMs += SEND_MS;
      inTurn.set(turnOf(), (inTurn.get(turnOf()) ?? 0) + 1);
      socket.send(datagram, to);
    },
    setBroadcast: (isEnabled) => socket.setBroadcast(isEnabled),
    close: () => socket.close(),
  });
  const sockets: Runtime["udp"] = {
    bind: async (local) => slow(await udp.bind(local)),
    isPortClosed: (remote, deadlineMs) => udp.isPortClosed(remote, deadlineMs),
  };
  return { runtime: { ...runtime, clock, udp: sockets }, most: () => Math.max(...inTurn.values()) };
}

test("no turn sends for longer than it may keep the socket unread, and all arrives", async () => {
  const world = new SmallWorld();
  const listener = await world.done(world.listen("listener", "10.0.0.1"));
  let turns = 0;
  const runNext = world.queue.runNext.bind(world.queue);
  world.queue.runNext = () => {
    turns += 1;
    return runNext();
  };
  const host = slowed(world.runtimeOf("10.0.0.2"), () => turns);
  const { bus } = makeBus(busConfiguration("dialler", { mode: "udp-sec" }), host.runtime);
  const target = { ...peerOf("listener", PORT), host: "10.0.0.1" };
  const echo = (async () => {
    const session = await bus.dial(target);
    await checkEcho(await session.open(ECHO_SERVICE, 3), 1, 200_000);
  })();
  expect(await world.runUntil(echo, 300_000)).toBe(true);
  await echo;
  expect(host.most()).toBe(MOST_IN_A_TURN);
  await Promise.all([world.runUntil(bus.close(0), 400_000), world.runUntil(listener.bus.close(0), 400_000)]);
});
