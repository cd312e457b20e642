import { askForStatus } from "../../services/status/status-client.ts";
import { STATUS_SERVICE } from "../../services/status/status-server.ts";
import { CONTROL_SERVICE } from "../../services/control/control-codec.ts";
import { ControlClient } from "../../services/control/control-client.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import { sleep } from "../../bus/sessions/deadline.ts";
import { testContent } from "../../../contract/test-content.ts";
import { check, type Probe, type ProbeContext } from "./probe.ts";

/** A daemon that was killed is noticed by silence alone, after the idle timeout; and somebody has to kill it. */
const END_WITHIN_MS = 60_000;
const EXCHANGES = 3;

/**
 * The daemon restarts: the session must end by itself, and a new one must reach another life of the same device. Who restarts it is
 * told with `onRestartAwaited`, or knows by itself.
 */
export const reconnect: Probe = {
  run: async (context) => {
    const { runtime, session: getSession } = context;
    const before = await getSession();
    const firstLife = await lifeOf(before);
    await exchange(context, before);
    const startMs = runtime.clock.nowMs();
    context.onRestartAwaited();
    const end = await Promise.race([before.closed, sleep(runtime.clock, END_WITHIN_MS)]);
    check(end !== undefined, `the session to end within ${END_WITHIN_MS} ms of the daemon's restart`);
    const endedMs = runtime.clock.nowMs() - startMs;
    const after = await getSession();
    check(after.peerDeviceId === before.peerDeviceId, "the same device after its restart");
    const secondLife = await lifeOf(after);
    check(secondLife !== firstLife, `another life of the daemon than ${firstLife}`);
    await exchange(context, after);
    const backMs = runtime.clock.nowMs() - startMs;
    return { transport: after.transport, end: end.name, endedBy: end.by, endedMs, backMs };
  },
};

async function lifeOf(session: BusSession): Promise<string> {
  const { life } = await askForStatus(await session.open(STATUS_SERVICE, 1));
  check(typeof life === "string", "the daemon's status to tell its life");
  return life;
}

async function exchange({ crypto }: ProbeContext, session: BusSession): Promise<void> {
  const stream = await session.open(`${CONTROL_SERVICE}/reconnect`, 0);
  const client = new ControlClient(stream, crypto);
  for (let round = 0; round < EXCHANGES; round += 1) await client.exchange(testContent(round, 0, 64));
  stream.finish();
  check((await stream.read()) === undefined, "the daemon to end the control stream");
}
