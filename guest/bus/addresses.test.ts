/** Where a bus listens and dials: wildcards, addresses in other words, names. */
import { expect, test } from "vitest";
import { MAX_LISTENING_ADDRESSES } from "./dialling/udp-drivers.ts";
import { MadeUpInterfaces } from "./interfaces.fixture.ts";
import { busConfiguration, LOOPBACK, makeBus, peerOf, type TestBus } from "./loopback.fixture.ts";
import { PORT, SmallWorld } from "./small-world.fixture.ts";

const loopbacks = (count: number) => Array.from({ length: count }, (_, index) => `127.0.0.${index + 1}`);

function listenerAt(interfaces: MadeUpInterfaces, mode: "auto" | "udp-sec" = "auto"): TestBus {
  return makeBus(busConfiguration("listener", { mode, peers: [peerOf("dialler", 0)] }), interfaces.runtime());
}

/** Over udp-sec alone: who is answered from another address than it asked waits in vain. */
async function dialAt(host: string, port: number): Promise<string> {
  const { bus } = makeBus(busConfiguration("dialler", { mode: "udp-sec" }));
  const session = await bus.dial({ ...peerOf("listener", port), host });
  await bus.close(0);
  return session.transport;
}

// Requirement: H-60
test.each(["0.0.0.0", "::"])(
  "who listens at %s answers from the address it was asked at, and tells them all",
  async (host) => {
    const interfaces = new MadeUpInterfaces();
    interfaces.addresses = loopbacks(2);
    const { bus } = listenerAt(interfaces, "udp-sec");
    const { port, udpHosts } = await bus.listen({ host, port: 0 });
    expect(udpHosts).toEqual(["127.0.0.1", "127.0.0.2"]);
    for (const address of loopbacks(2)) expect(await dialAt(address, port)).toBe("udp-sec");
    await bus.close(0);
  },
);

test("of several sockets at one interface the one dials that has the route's address", async () => {
  const interfaces = new MadeUpInterfaces();
  const { bus: listener, sessions } = listenerAt(interfaces);
  const { port } = await listener.listen({ host: LOOPBACK, port: 0 });
  interfaces.addresses = ["127.0.0.2", LOOPBACK];
  const { bus } = makeBus(busConfiguration("dialler", { mode: "udp-sec" }), interfaces.runtime());
  await bus.listen({ host: "0.0.0.0", port: 0 });
  await bus.dial(peerOf("listener", port));
  expect(sessions).toHaveLength(1);
  const connections = (bus.stats()["endpoints"] as { readonly connections: number }[]).map(
    (endpoint) => endpoint.connections,
  );
  expect(connections).toEqual([0, 1]);
  await bus.close(0);
  await listener.close(0);
});

test("an address that comes later is listened at as well", async () => {
  const interfaces = new MadeUpInterfaces();
  const { bus } = listenerAt(interfaces);
  const { port } = await bus.listen({ host: "0.0.0.0", port: 0 });
  interfaces.addresses = loopbacks(2);
  await expect.poll(() => bus.stats()["endpoints"], { timeout: 10_000 }).toHaveLength(2);
  expect(await dialAt("127.0.0.2", port)).toBe("udp-sec");
  await bus.close(0);
});

test("an address that is gone is no longer listened at, unless a session is there", async () => {
  const interfaces = new MadeUpInterfaces();
  interfaces.addresses = loopbacks(3);
  const { bus } = listenerAt(interfaces);
  const { port } = await bus.listen({ host: "0.0.0.0", port: 0 });
  const { bus: dialler } = makeBus(busConfiguration("dialler", { mode: "udp-sec" }));
  const session = await dialler.dial({ ...peerOf("listener", port), host: "127.0.0.2" });
  interfaces.addresses = loopbacks(1);
  await expect.poll(() => bus.stats()["endpoints"], { timeout: 10_000 }).toHaveLength(2);
  expect(session.end).toBeUndefined();
  await dialler.close(0);
  await bus.close(0);
});

test("addresses that come later fill what is left, and one more is told", async () => {
  const interfaces = new MadeUpInterfaces();
  const { bus, unavailable } = listenerAt(interfaces);
  await bus.listen({ host: "0.0.0.0", port: 0 });
  interfaces.addresses = loopbacks(MAX_LISTENING_ADDRESSES);
  await expect.poll(() => bus.stats()["endpoints"], { timeout: 10_000 }).toHaveLength(MAX_LISTENING_ADDRESSES);
  expect(unavailable).toEqual([]);
  interfaces.addresses = loopbacks(MAX_LISTENING_ADDRESSES + 1);
  const last = interfaces.addresses.at(-1) ?? "";
  await expect.poll(() => unavailable, { timeout: 10_000 }).toEqual([`${last} TOO_MANY_ADDRESSES`]);
  expect(bus.stats()["endpoints"]).toHaveLength(MAX_LISTENING_ADDRESSES);
  // The trouble goes with the address.
  interfaces.addresses = loopbacks(1);
  await expect.poll(() => bus.stats()["udpUnavailable"], { timeout: 10_000 }).toBeUndefined();
  await bus.close(0);
}, 60_000);

test("who asks for tcp looks for no UDP socket: a narrow interface is no trouble then", async () => {
  const interfaces = new MadeUpInterfaces();
  const { bus: listener } = listenerAt(interfaces);
  const { port } = await listener.listen({ host: LOOPBACK, port: 0 });
  interfaces.mtuBytes = 600;
  const { bus, unavailable, fallbacks } = makeBus(busConfiguration("dialler", { mode: "tcp" }), interfaces.runtime());
  expect((await bus.dial(peerOf("listener", port))).transport).toBe("tcp");
  expect([unavailable, fallbacks, bus.stats()["endpoints"]]).toEqual([[], [], []]);
  await bus.close(0);
  await listener.close(0);
});

test("a wildcard that stands for no address is told", async () => {
  const interfaces = new MadeUpInterfaces();
  interfaces.addresses = [];
  const { bus, unavailable } = listenerAt(interfaces, "udp-sec");
  await expect(bus.listen({ host: "0.0.0.0", port: 0 })).rejects.toMatchObject({ detail: "EADDRNOTAVAIL" });
  expect(unavailable).toEqual(["ipv4 EADDRNOTAVAIL"]);
  await bus.close(0);
});

test("a wildcard for as many addresses as are served listens, for one more it is refused", async () => {
  const interfaces = new MadeUpInterfaces();
  interfaces.addresses = loopbacks(MAX_LISTENING_ADDRESSES);
  const full = listenerAt(interfaces);
  const { udpHosts } = await full.bus.listen({ host: "0.0.0.0", port: 0 });
  expect(udpHosts).toHaveLength(MAX_LISTENING_ADDRESSES);
  await full.bus.close(0);
  interfaces.addresses = loopbacks(MAX_LISTENING_ADDRESSES + 1);
  const { bus } = listenerAt(interfaces);
  const refusal = bus.listen({ host: "0.0.0.0", port: 0 });
  await expect(refusal).rejects.toMatchObject({ code: "BUS_UNAVAILABLE", detail: "TOO_MANY_ADDRESSES" });
  await bus.close(0);
});

test("an address that is taken by somebody else is told, and the others are listened at", async () => {
  const interfaces = new MadeUpInterfaces();
  const other = listenerAt(interfaces, "udp-sec");
  const { port } = await other.bus.listen({ host: LOOPBACK, port: 0 });
  interfaces.addresses = loopbacks(2);
  const { bus, unavailable } = listenerAt(interfaces, "udp-sec");
  expect((await bus.listen({ host: "0.0.0.0", port })).udpHosts).toEqual(["127.0.0.2"]);
  expect(unavailable).toEqual(["127.0.0.1 EADDRINUSE"]);
  await bus.close(0);
  await other.bus.close(0);
});

test("who listens at one interface dials over another from a socket of its own", async () => {
  const interfaces = new MadeUpInterfaces();
  const { bus: listener } = listenerAt(interfaces);
  const { port } = await listener.listen({ host: LOOPBACK, port: 0 });
  const runtime = interfaces.runtime(() => [
    { name: "eth0", mtuBytes: 1_500, isLoopback: false, addresses: ["127.0.0.9"] },
    { name: "lo", mtuBytes: 65_536, isLoopback: true, addresses: [LOOPBACK] },
  ]);
  const { bus } = makeBus(busConfiguration("dialler", { mode: "udp-sec" }), runtime);
  await bus.listen({ host: "127.0.0.9", port: 0 });
  expect((await bus.dial(peerOf("listener", port))).transport).toBe("udp-sec");
  expect(bus.stats()["endpoints"]).toHaveLength(2);
  await bus.close(0);
  await listener.close(0);
});

test.each(["2001:DB8:0:0:0:0:0:2", "2001:db8::0.0.0.2"])("%s, given by code, is 2001:db8::2", async (host) => {
  const world = new SmallWorld();
  await world.done(world.listen("listener", "2001:db8::2"));
  const { bus } = makeBus(busConfiguration("dialler", { mode: "udp-sec" }), world.runtimeOf("2001:db8::1"));
  const session = await world.done(bus.dial({ ...peerOf("listener", PORT), host }));
  expect(session.transport).toBe("udp-sec");
});

test.each([["localhost"], ["127.0.0.010"], ["fe80::1"], [""]])(
  "%j is refused, and the argument named",
  async (host) => {
    const { bus } = listenerAt(new MadeUpInterfaces());
    const listening = await bus.listen({ host, port: 0 }).catch((error: unknown) => error);
    expect(listening).toMatchObject({ code: "BUS_ADDRESS", detail: "BAD_ADDRESS" });
    expect(String(listening)).toContain(`listen.host must be a numeric IPv4 or IPv6 address`);
    const dialling = await bus.dial({ ...peerOf("listener", 1), host }).catch((error: unknown) => error);
    expect(dialling).toMatchObject({ code: "BUS_TARGET", detail: "BAD_ADDRESS" });
    expect(String(dialling)).toContain(`peer.host must be a numeric IPv4 or IPv6 address`);
    await bus.close(0);
  },
);
