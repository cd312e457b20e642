/** Who connects over TCP and never proves who it is: how many may, how fast, and who has to go for whom. */
import { expect, test } from "vitest";
import type { LimitsConfiguration } from "../../contract/configuration.ts";
import { DeviceIdentity, fromHex, TcpSecConnection } from "../core/index.ts";
import type { TcpConnection } from "../runtime/runtime.ts";
import { busConfiguration, crypto, makeBus, peerOf, seedOf, type TestBus } from "./loopback.fixture.ts";
import { PORT, SmallWorld } from "./small-world.fixture.ts";

const LISTENER = "2001:db8:ffff::1";
/** Two addresses of one subscriber, and two others. */
const [FIRST, SAME_SUBSCRIBER, OTHER, THIRD] = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "2001:db8:0:2::1"];

class Strangers {
  readonly world = new SmallWorld();
  readonly gone: string[] = [];
  readonly answered: string[] = [];
  readonly listener: TestBus;

  constructor(limits: LimitsConfiguration) {
    const configuration = busConfiguration("listener", { mode: "auto", limits, peers: [peerOf("dialler", 0)] });
    this.listener = makeBus(configuration, this.world.runtimeOf(LISTENER));
  }

  async listen(): Promise<this> {
    await this.world.done(this.listener.bus.listen({ host: LISTENER, port: PORT }));
    return this;
  }

  /** @param name shown in `gone` and `answered` */
  async connect(host: string, name: string): Promise<TcpConnection> {
    const { tcp, clock } = this.world.runtimeOf(host);
    const connection = await this.world.done(tcp.connect({ host: LISTENER, port: PORT }, clock.nowMs() + 1_000));
    connection.setHandler({
      onBytes: () => void this.answered.push(name),
      onDrain: () => undefined,
      onEnd: () => undefined,
      onClosed: () => void this.gone.push(name),
    });
    return connection;
  }

  async settle(): Promise<void> {
    await this.world.runUntil(new Promise<never>(() => undefined), this.world.queue.nowMs + 100);
  }

  get stats(): unknown {
    return this.listener.bus.stats()["tcp"];
  }
}

function firstMessage(): Uint8Array {
  const identity = new DeviceIdentity(crypto, fromHex(seedOf("dialler")) ?? new Uint8Array(0));
  const { deviceId, staticKey } = peerOf("listener", 0);
  const staticPublicKey = fromHex(staticKey) ?? new Uint8Array(0);
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(7);
  const options = { crypto, random, identity, nowMs: 0, peer: { deviceId, staticPublicKey } };
  return TcpSecConnection.initiator(options).takeOutput(999, 0) ?? new Uint8Array(0);
}

test("one address, a /64 of IPv6, past its share: its oldest connection is closed and its slot free", async () => {
  const strangers = await new Strangers({ tcpUnauthenticatedPerAddress: 2 }).listen();
  await strangers.connect(FIRST, "first");
  await strangers.connect(SAME_SUBSCRIBER, "second");
  await strangers.settle();
  expect(strangers.gone).toEqual([]);
  await strangers.connect(FIRST, "third");
  await strangers.connect(OTHER, "other");
  await strangers.settle();
  expect(strangers.gone).toEqual(["first"]);
  expect(strangers.stats).toEqual({ links: 3, unauthenticated: 3 });
});

// Requirement: T-17
test("all places taken: the address that holds most loses its oldest", async () => {
  const strangers = await new Strangers({ tcpUnauthenticated: 4 }).listen();
  await strangers.connect(OTHER, "of one");
  await strangers.connect(FIRST, "first of two");
  await strangers.connect(SAME_SUBSCRIBER, "second of two");
  await strangers.connect(THIRD, "of another");
  await strangers.settle();
  await strangers.connect("2001:db8:0:3::1", "newcomer");
  await strangers.settle();
  expect(strangers.gone).toEqual(["first of two"]);
  expect(strangers.stats).toEqual({ links: 4, unauthenticated: 4 });
});

// Requirements: T-19, RX-104
test("a first message sent again over many connections is answered within the address's rate", async () => {
  const strangers = await new Strangers({ handshakesPerSecond: 1, handshakeBurst: 3 }).listen();
  const replayed = firstMessage();
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    const host = attempt % 2 === 0 ? FIRST : SAME_SUBSCRIBER;
    const connection = await strangers.connect(host, `attempt ${attempt}`);
    connection.write(replayed);
    await strangers.settle();
  }
  expect(strangers.answered).toEqual(["attempt 1", "attempt 2", "attempt 3"]);
  expect(strangers.gone).toEqual(["attempt 4", "attempt 5", "attempt 6"]);
  expect(strangers.stats).toEqual({ links: 3, unauthenticated: 3, rateLimited: 3 });
  const other = await strangers.connect(OTHER, "other");
  other.write(replayed);
  await strangers.settle();
  expect(strangers.answered).toContain("other");
});

test("connections that say nothing cost nothing of the rate", async () => {
  const strangers = await new Strangers({ handshakesPerSecond: 1, handshakeBurst: 1 }).listen();
  for (let attempt = 1; attempt <= 6; attempt += 1) await strangers.connect(FIRST, `silent ${attempt}`);
  const connection = await strangers.connect(FIRST, "speaks");
  connection.write(firstMessage());
  await strangers.settle();
  expect(strangers.answered).toEqual(["speaks"]);
});

// Requirements: H-31, T-19
test("what an address asked for over TCP is gone for udp-sec with a cookie, and the other way round", async () => {
  // The first MSG1 of each dial is answered with RETRY; 60 s must pass for one more token.
  const limits = { handshakesPerSecond: 1 / 60, handshakeBurst: 2 };
  const strangers = await new Strangers(limits).listen();
  const dialler = makeBus(busConfiguration("dialler", { mode: "udp-sec" }), strangers.world.runtimeOf(FIRST));
  const dial = async (mode: "udp-sec" | "tcp") => {
    const work = dialler.bus.dial({ ...peerOf("listener", PORT), host: LISTENER }, mode).then(
      (session) => session.transport,
      (error: { readonly code: string }) => error.code,
    );
    await strangers.world.runUntil(work, strangers.world.queue.nowMs + 20_000);
    return await work;
  };
  expect([await dial("tcp"), await dial("tcp"), await dial("tcp")]).toEqual(["tcp", "tcp", "BUS_HANDSHAKE"]);
  // Two without a cookie are still free; then only the bucket that TCP has emptied is left.
  expect([await dial("udp-sec"), await dial("udp-sec"), await dial("udp-sec")]).toEqual([
    "udp-sec",
    "udp-sec",
    "BUS_TIMEOUT",
  ]);
  expect(strangers.stats).toMatchObject({ rateLimited: 1 });
});
