/** Before and after the cases: is there anybody, who lets the suite in, over which transports, with which services. */
import { HarnessError } from "../../host/harness-error.ts";
import { hex } from "../../observer/crypto/bytes.ts";
import { PeerError } from "../../peer/transport/changes.ts";
import { CaseStage } from "../stage/case-stage.ts";
import type { NeededService } from "../stage/conform-case.ts";
import type { Lane } from "../stage/ground.ts";
import { PacketTrace } from "../stage/packet-trace.ts";

const ASKED: readonly NeededService[] = ["control", "status", "echo", "bulk", "sink", "mirror"];

export interface TargetSurroundings {
  /** Why not, of what there isn't. */
  readonly missing: { readonly udp?: string; readonly tcp?: string };
  readonly services: ReadonlySet<NeededService>;
}

export function stageOn(lane: Lane, patienceMs: number, trace: PacketTrace): CaseStage {
  const { self, stranger, target } = lane;
  return new CaseStage({ self, stranger, target, addresses: lane.addresses(), patienceMs, trace });
}

export function traceOf({ target, onEphemeral }: Lane): PacketTrace {
  const { port: targetPort } = target.place;
  return new PacketTrace(({ port }) => port === targetPort, onEphemeral);
}

/** @throws HarnessError `conform-nobody` if neither transport lets the suite in */
export async function lookAround(lane: Lane, patienceMs: number): Promise<TargetSurroundings> {
  const stage = stageOn(lane, patienceMs, traceOf(lane));
  try {
    // One after the other: a device has one connection, over whichever transport.
    const udp = await missingOf(() => stage.open());
    const tcp = await missingOf(() => stage.openTcp());
    if (udp !== undefined && tcp !== undefined) throw nobody(lane, udp, tcp);
    const services = await servicesOf(stage, udp === undefined);
    return { missing: { ...(udp === undefined ? {} : { udp }), ...(tcp === undefined ? {} : { tcp }) }, services };
  } finally {
    stage.end();
  }
}

/** @returns after how many ms it has let the suite in; undefined: it doesn't any more */
export async function letsIn(
  lane: Lane,
  { missing }: TargetSurroundings,
  patienceMs: number,
): Promise<number | undefined> {
  const stage = stageOn(lane, patienceMs, traceOf(lane));
  const startedMs = performance.now();
  try {
    const why = await missingOf(() => (missing.udp === undefined ? stage.open() : stage.openTcp()));
    return why === undefined ? performance.now() - startedMs : undefined;
  } finally {
    stage.end();
  }
}

async function missingOf(open: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await open();
    return undefined;
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    return error.message;
  }
}

async function servicesOf(stage: CaseStage, hasUdp: boolean): Promise<ReadonlySet<NeededService>> {
  const { mux } = hasUdp ? await stage.open() : await stage.openTcp();
  const served = await Promise.all(
    ASKED.map(async (service) => {
      const stream = mux.open(`${service}/look`);
      const answer = (): "served" | "absent" | undefined =>
        stream.resetCode !== undefined ? "absent" : stream.isAcknowledged ? "served" : undefined;
      // Who doesn't answer at all serves nothing that a case could ask for: those of the mux will say so.
      const found = await mux.changes.until(`an answer to OPEN of ${service}`, answer).catch(() => "absent");
      return found === "served" ? [service] : [];
    }),
  );
  return new Set(served.flat());
}

function nobody({ target: { place }, self }: Lane, udp: string, tcp: string): HarnessError {
  const hints = [
    `over udp-sec: ${udp}`,
    `over TCP: ${tcp}`,
    "No answer at all: does it listen there? Is target.staticKey its own? Who gets a wrong mac1 stays silent.",
    "Another device: target.deviceId is not that of who answers.",
    `Refused: its table must list the suite's devices, first ${self.deviceId} with the static key ${hex(self.staticPublicKey)}.`,
  ];
  const message = `nobody lets the suite in at ${place.address}:${place.port}`;
  return new HarnessError("conform-nobody", message, hints.join("\n"));
}
