/** A UDP socket that can't be had: it concerns its own address family, for as long as it can't be had, and it is told. */
import { expect, test } from "vitest";
import type { TransportMode } from "../../contract/configuration.ts";
import { type Runtime, SocketError } from "../runtime/runtime.ts";
import { busConfiguration, LOOPBACK, makeBus, makePair, testRuntime } from "./loopback.fixture.ts";

/** A runtime whose UDP binds fail as long as `codeFor` names a code for the address. */
function runtimeThatRefuses(codeFor: (host: string) => string | undefined): Runtime {
  const runtime = testRuntime();
  const { udp } = runtime;
  return {
    ...runtime,
    udp: {
      isPortClosed: (remote, deadlineMs) => udp.isPortClosed(remote, deadlineMs),
      bind: async (local) => {
        const code = codeFor(local.host);
        if (code !== undefined) throw new SocketError(code, `cannot bind ${local.host}`);
        return await udp.bind(local);
      },
    },
  };
}

const diallerOf = (mode: TransportMode, codeFor: (host: string) => string | undefined) =>
  makeBus(busConfiguration("dialler", { mode }), runtimeThatRefuses(codeFor));

test.each(["auto", "udp-sec"] as const)("without IPv6, %s goes on over IPv4", async (mode) => {
  const pair = await makePair(mode);
  const { bus, unavailable } = diallerOf(mode, (host) => (host === "::" ? "EAFNOSUPPORT" : undefined));
  const nowhere = await bus.dial({ ...pair.target, host: "::1" }).catch((error: unknown) => error);
  expect(nowhere).toMatchObject({ code: "BUS_UNAVAILABLE" });
  expect((await bus.dial(pair.target)).transport).toBe("udp-sec");
  expect(unavailable).toEqual(["ipv6 EAFNOSUPPORT"]);
  expect(bus.stats()["udpUnavailable"]).toEqual({ ipv6: "EAFNOSUPPORT" });
  await bus.close(0);
  await pair.close();
});

test("auto takes tcp while no descriptor is left, says so, and is back on udp-sec afterwards", async () => {
  const pair = await makePair("auto");
  let code: string | undefined = "EMFILE";
  const { bus, unavailable, fallbacks } = diallerOf("auto", () => code);
  for (let dial = 1; dial <= 2; dial += 1) {
    const session = await bus.dial(pair.target);
    expect(session.transport).toBe("tcp");
    session.close();
    await session.closed;
  }
  expect([unavailable, fallbacks]).toEqual([["ipv4 EMFILE"], ["listener", "listener"]]);
  code = undefined;
  expect((await bus.dial(pair.target)).transport).toBe("udp-sec");
  expect(bus.stats()["udpUnavailable"]).toBeUndefined();
  await bus.close(0);
  await pair.close();
});

test("a listener without its UDP socket listens on tcp alone, and says so", async () => {
  const { bus, unavailable } = diallerOf("auto", () => "EADDRINUSE");
  expect(await bus.listen({ host: LOOPBACK, port: 0 })).toMatchObject({ udpSec: false, tcp: true });
  expect(unavailable).toEqual(["ipv4 EADDRINUSE"]);
  await bus.close(0);
});
