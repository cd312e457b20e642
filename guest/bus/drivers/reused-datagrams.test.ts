/** The memory of datagrams that a socket has sent is used again, and of those that it still has it is not. */
import { expect, test } from "vitest";
import type { Runtime } from "../../runtime/runtime.ts";
import { checkEcho } from "../../services/echo/echo-client.ts";
import { ECHO_SERVICE } from "../../services/echo/echo-server.ts";
import { busConfiguration, makeBus, peerOf } from "../loopback.fixture.ts";
import { PORT, SmallWorld } from "../small-world.fixture.ts";

const SLAB_BYTES = 16 * 1024;
const ECHOED_BYTES = 200_000;

/** Wraps a runtime: a socket whose kernel takes at once what is sent, or has it for good. @returns with the slabs that were seen */
function watched({ udp, ...rest }: Runtime, isTakenAtOnce: boolean): { runtime: Runtime; slabs: Set<ArrayBufferLike> } {
  const slabs = new Set<ArrayBufferLike>();
  const bind: Runtime["udp"]["bind"] = async (local) => {
    const socket = await udp.bind(local);
    return {
      local: socket.local,
      hasSentAll: isTakenAtOnce,
      onDatagrams: (handler) => socket.onDatagrams(handler),
      send: (datagram, to) => {
        if (datagram.buffer.byteLength === SLAB_BYTES) slabs.add(datagram.buffer);
        socket.send(isTakenAtOnce ? datagram.slice() : datagram, to);
      },
      setBroadcast: (isEnabled) => socket.setBroadcast(isEnabled),
      close: () => socket.close(),
    };
  };
  const isPortClosed: Runtime["udp"]["isPortClosed"] = (remote, deadlineMs) => udp.isPortClosed(remote, deadlineMs);
  return { runtime: { ...rest, udp: { bind, isPortClosed } }, slabs };
}

test.each([
  ["once", "has sent its datagrams", true],
  ["for 13 datagrams each", "still has them", false],
])("a slab is made %s where the socket %s", async (_times, _what, isTakenAtOnce) => {
  const world = new SmallWorld();
  const listener = await world.done(world.listen("listener", "10.0.0.1"));
  const { runtime, slabs } = watched(world.runtimeOf("10.0.0.2"), isTakenAtOnce);
  const { bus } = makeBus(busConfiguration("dialler", { mode: "udp-sec" }), runtime);
  const echo = (async () => {
    const session = await bus.dial({ ...peerOf("listener", PORT), host: "10.0.0.1" });
    await checkEcho(await session.open(ECHO_SERVICE, 3), 1, ECHOED_BYTES);
  })();
  expect(await world.runUntil(echo, 300_000)).toBe(true);
  await echo;
  if (isTakenAtOnce) expect(slabs.size).toBe(1);
  else expect(slabs.size).toBeGreaterThan(ECHOED_BYTES / SLAB_BYTES);
  await Promise.all([world.runUntil(bus.close(0), 400_000), world.runUntil(listener.bus.close(0), 400_000)]);
});
