import type { Racer } from "../guests/racer.ts";
import { makeSocketFolder, removeSocketFolder } from "../host/socket-folder.ts";
import { SetupError } from "../host/setup-error.ts";
import type { AcceleratorChoice } from "./accelerator-choice.ts";
import type { Machine, StartOptions } from "./machine.ts";
import type { Accelerator, MachineSpec } from "./machine-spec.ts";

/** Emulation needs three seconds on an idle machine; a loaded one may take ten times as long. */
const PROBE_TIMEOUT_MS = 60_000;

interface ProbeRequest {
  readonly qemu: string;
  readonly racer: Racer;
}

/** What a probe needs of a machine; tests give their own. */
export type StartProbe = (
  spec: MachineSpec,
  options: StartOptions,
) => Promise<Pick<Machine, "exited" | "kill" | "stop">>;

/**
 * Boots the same guest under KVM and under TCG at the same time.
 *
 * @param start starts a machine; tests give their own
 * @returns the accelerator under which its sign came first; both machines have ended by then
 * @throws SetupError `accelerator-unusable` when none got there within a minute
 */
export async function raceAccelerators(request: ProbeRequest, start: StartProbe): Promise<AcceleratorChoice> {
  const folder = await makeSocketFolder();
  const starts: ReturnType<StartProbe>[] = [];
  const startedMs = performance.now();
  const deadline = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  // Ends the race: what has not started yet is given up.
  const over = new AbortController();
  try {
    const runs = (["kvm", "tcg"] as const).map((accelerator) =>
      probe(accelerator, request, folder, deadline, (spec, options) => {
        const machine = start(spec, { ...options, signal: over.signal });
        starts.push(machine);
        return machine;
      }),
    );
    const winner = await Promise.any(runs);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    return {
      accelerator: winner,
      reason: `first to run ${request.racer.name}, after ${seconds} s, in a race of KVM and TCG`,
    };
  } catch (error) {
    const why = error instanceof AggregateError ? error.errors.map(String).join("; ") : String(error);
    const hint = "Run `udpsec doctor`; try --accel tcg; check that QEMU and the kernel fit each other.";
    throw new SetupError("accelerator-unusable", `No accelerator got as far as ${request.racer.name}: ${why}`, hint, {
      cause: error,
    });
  } finally {
    over.abort();
    // One that was slower to start than the winner to boot must not outlive the race, nor write into a folder that is gone.
    const started = await Promise.allSettled(starts);
    const machines = started.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    // Nothing of them is needed any more: the winner need not wait until the loser ends in order.
    for (const machine of machines) machine.kill();
    await Promise.all(machines.map((machine) => machine.stop()));
    removeSocketFolder(folder);
  }
}

/** Resolves when the sign came on the console. */
async function probe(
  accelerator: Accelerator,
  { qemu, racer }: ProbeRequest,
  folder: string,
  deadline: AbortSignal,
  start: StartProbe,
): Promise<Accelerator> {
  const { guest, hasRng, watch } = racer;
  const isUp = watch();
  const line = firstLine(accelerator);
  const onSerial = (chunk: Uint8Array): void => {
    if (isUp(chunk)) line.arrived();
  };
  const spec = { name: `probe-${accelerator}`, guest, networks: [], hasRng, accelerator };
  const machine = await start(spec, { qemu, artifactsFolder: folder, onSerial });
  deadline.addEventListener("abort", () =>
    line.failed(new Error(`${accelerator}: nothing within ${PROBE_TIMEOUT_MS} ms`)),
  );
  void machine.exited.then((exit) => line.failed(new Error(`${accelerator}: ${exit.kind}`)));
  return line.promise;
}

/** `Promise.withResolvers` comes with Node 22. */
function firstLine(accelerator: Accelerator): {
  promise: Promise<Accelerator>;
  arrived: () => void;
  failed: (error: Error) => void;
} {
  let arrived = (): void => undefined;
  let failed = (_error: Error): void => undefined;
  const promise = new Promise<Accelerator>((resolve, reject) => {
    arrived = () => resolve(accelerator);
    failed = reject;
  });
  // If the loser fails after the race, nobody waits for its promise: without this the rejection would end the process.
  promise.catch(() => undefined);
  return { promise, arrived, failed };
}
