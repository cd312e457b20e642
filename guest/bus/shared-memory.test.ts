/**
 * Sessions that share the send memory of one bus, in virtual time: whom only the bytes of others hold back goes on as soon as these
 * have left, whatever transport and socket each uses.
 */
import { expect, test } from "vitest";
import type { TransportMode } from "../../contract/configuration.ts";
import { ECHO_SERVICE } from "../services/echo/echo-server.ts";
import { busConfiguration, makeBus, peerOf } from "./loopback.fixture.ts";
import { PORT, SmallWorld } from "./small-world.fixture.ts";

const SEND_BUDGET_BYTES = 40_000;
const STREAMS = 16;
/** The mux keepalive would wake a session after 6 s: too late to hide anything. */
const PATIENCE_MS = 2_000;

const unending = new Promise<never>(() => undefined);

test.each([
  ["udp-sec", "udp-sec"],
  ["udp-sec", "tcp"],
  ["tcp", "udp-sec"],
  ["tcp", "tcp"],
] as const satisfies readonly (readonly [TransportMode, TransportMode])[])(
  "%s holds all of it while its peer is away; %s goes on when it is back",
  async (holding, waiting) => {
    const world = new SmallWorld();
    await world.done(Promise.all([world.listen("away", "10.0.0.2"), world.listen("here", "10.0.0.3")]));
    const limits = { sendBudgetBytes: SEND_BUDGET_BYTES };
    const { bus } = makeBus(busConfiguration("dialler", { limits }), world.runtimeOf("10.0.0.1"));
    const away = await world.done(bus.dial({ ...peerOf("away", PORT), host: "10.0.0.2" }, holding));
    const here = await world.done(bus.dial({ ...peerOf("here", PORT), host: "10.0.0.3" }, waiting));
    const names = Array.from({ length: STREAMS }, (_, index) => `${ECHO_SERVICE}/${index}`);
    const streams = await world.done(Promise.all(names.map((name) => away.open(name, 3))));
    const stream = await world.done(here.open(ECHO_SERVICE, 3));

    world.network.setHostUp("10.0.0.2", false);
    for (const held of streams) held.tryWrite(new Uint8Array(64 * 1024));
    await world.runUntil(unending, world.queue.nowMs + 1);
    const heardMs = world.queue.nowMs;
    stream.tryWrite(new Uint8Array(100));
    const echo = stream.read();
    expect(await world.runUntil(echo, heardMs + 300)).toBe(false);
    world.network.setHostUp("10.0.0.2", true);
    expect(await world.runUntil(echo, heardMs + PATIENCE_MS)).toBe(true);
  },
);
