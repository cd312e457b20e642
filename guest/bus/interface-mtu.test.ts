/** An interface that would carry udp-sec in fragments only carries none of it: the promise of dsoftbus-transport.md#31-datagrams. */
import { expect, test } from "vitest";
import type { TransportMode } from "../../contract/configuration.ts";
import { MadeUpInterfaces } from "./interfaces.fixture.ts";
import { busConfiguration, LOOPBACK, makeBus, makePair } from "./loopback.fixture.ts";

const WHAT_HELPS =
  /interface lo has an MTU of 600 bytes, and udp-sec needs 1228 over ipv4.*ip link set dev lo mtu 1228/;

function busOver(mtuBytes: number, mode: TransportMode) {
  const interfaces = new MadeUpInterfaces();
  interfaces.mtuBytes = mtuBytes;
  return { interfaces, ...makeBus(busConfiguration("dialler", { mode }), interfaces.runtime()) };
}

test("auto dials over tcp, says so once, and is back on udp-sec when the MTU is large enough", async () => {
  const pair = await makePair("auto");
  const { interfaces, bus, unavailable, fallbacks } = busOver(1_227, "auto");
  for (let dial = 1; dial <= 2; dial += 1) {
    const session = await bus.dial(pair.target);
    expect(session.transport).toBe("tcp");
    session.close();
    await session.closed;
  }
  expect([unavailable, fallbacks]).toEqual([["lo MTU_TOO_SMALL"], ["listener", "listener"]]);
  expect(bus.stats()["udpUnavailable"]).toEqual({ lo: "MTU_TOO_SMALL" });
  interfaces.mtuBytes = 1_228;
  expect((await bus.dial(pair.target)).transport).toBe("udp-sec");
  expect(bus.stats()["udpUnavailable"]).toBeUndefined();
  await bus.close(0);
  await pair.close();
});

// Requirement: H-59
test("udp-sec alone refuses to dial, and says what helps", async () => {
  const pair = await makePair("udp-sec");
  const { bus } = busOver(600, "udp-sec");
  const error = await bus.dial(pair.target).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "BUS_UNAVAILABLE", detail: "MTU_TOO_SMALL" });
  expect(String(error)).toMatch(WHAT_HELPS);
  await bus.close(0);
  await pair.close();
});

test("auto listens on tcp alone, udp-sec not at all", async () => {
  const auto = busOver(600, "auto");
  expect(await auto.bus.listen({ host: LOOPBACK, port: 0 })).toMatchObject({ udpSec: false, tcp: true });
  expect(auto.unavailable).toEqual(["lo MTU_TOO_SMALL"]);
  await auto.bus.close(0);
  const { bus } = busOver(600, "udp-sec");
  const error = await bus.listen({ host: LOOPBACK, port: 0 }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "BUS_UNAVAILABLE", detail: "MTU_TOO_SMALL" });
  expect(String(error)).toMatch(WHAT_HELPS);
  await bus.close(0);
});

test("status tells once datagrams were sent in fragments behind an interface that looks wide enough", async () => {
  const { interfaces, bus } = busOver(1_500, "auto");
  expect(bus.stats()).not.toHaveProperty("fragmentedDatagrams");
  interfaces.fragmented = 3;
  expect(bus.stats()).toMatchObject({ fragmentedDatagrams: 3 });
  await bus.close(0);
});
