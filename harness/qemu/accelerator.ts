import { mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { contentHash } from "../../images/content-cache.ts";
import type { Announce } from "../../images/content-cache.ts";
import type { ProbeImage } from "../../images/guest-image.ts";
import { kernelArguments } from "../guests/kernel-arguments.ts";
import { SetupError } from "../setup-error.ts";
import { startMachine } from "./machine.ts";
import type { Machine } from "./machine.ts";
import type { Accelerator } from "./machine-spec.ts";

/** What init prints first: only this shows that a processor runs our code. */
export const INIT_TOKEN = "init: udpsec initramfs up";
/** Emulation needs three seconds on an idle machine; a loaded one may take ten times as long. */
const PROBE_TIMEOUT_MS = 60_000;
const PROBE_MEMORY_MIB = 128;

export interface AcceleratorChoice {
  readonly accelerator: Accelerator;
  /** A sentence for the summary. */
  readonly reason: string;
}

export interface AcceleratorRequest {
  readonly wish: "auto" | Accelerator;
  readonly qemu: string;
  readonly image: ProbeImage;
  /** Holds the result until the host boots again. */
  readonly cacheFolder: string;
  readonly announce: Announce;
}

/**
 * Which accelerator to use. `/dev/kvm` proves nothing: on some hosts it opens, creates machines, and never gets a kernel up. So
 * `auto` lets KVM and TCG race to the first line of our own init, and remembers the winner for as long as the host is up.
 *
 * @throws SetupError `accelerator-unusable`
 */
export async function chooseAccelerator(request: AcceleratorRequest): Promise<AcceleratorChoice> {
  const obstacle = await kvmObstacle();
  if (request.wish === "tcg") return { accelerator: "tcg", reason: "asked for" };
  if (request.wish === "kvm") {
    if (obstacle === undefined) return { accelerator: "kvm", reason: "asked for" };
    throw new SetupError("accelerator-unusable", `KVM can't be used: ${obstacle}.`, "Use --accel tcg or --accel auto.");
  }
  if (obstacle !== undefined) return { accelerator: "tcg", reason: `KVM can't be used: ${obstacle}` };
  const path = join(request.cacheFolder, "accelerator.json");
  const key = contentHash([await hostBootId(), request.qemu, request.image.kernelPath]);
  const known = await readChoice(path, key);
  if (known !== undefined) return known;
  request.announce(
    "accelerator: racing KVM and TCG to the first line of our init (no result for this boot of the host)",
  );
  const choice = await race(request);
  // A winner by default says more about this moment than about the host, but running it again would cost a minute each time.
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify({ key, ...choice }));
  await rename(temporary, path);
  return choice;
}

/** Why KVM need not even be tried, or undefined. */
export async function kvmObstacle(device = "/dev/kvm"): Promise<string | undefined> {
  try {
    await (await open(device, "r+")).close();
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return code === "ENOENT" ? `there is no ${device}` : `${device} can't be opened (${code})`;
  }
}

async function hostBootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

const storedSchema = z.object({ key: z.string(), accelerator: z.enum(["kvm", "tcg"]), reason: z.string() });

async function readChoice(path: string, key: string): Promise<AcceleratorChoice | undefined> {
  try {
    const stored = storedSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return stored.key === key ? { accelerator: stored.accelerator, reason: stored.reason } : undefined;
  } catch {
    // Missing or half a file: the race is run again.
    return undefined;
  }
}

async function race(request: AcceleratorRequest): Promise<AcceleratorChoice> {
  const folder = await mkdtemp(join(tmpdir(), "udpsec-probe-"));
  const machines: Machine[] = [];
  const startedMs = performance.now();
  const deadline = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    const runs = (["kvm", "tcg"] as const).map((accelerator) =>
      probe(accelerator, request, folder, machines, deadline),
    );
    const winner = await Promise.any(runs);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    return { accelerator: winner, reason: `first to run our init, after ${seconds} s, in a race of KVM and TCG` };
  } catch (error) {
    const why = error instanceof AggregateError ? error.errors.map(String).join("; ") : String(error);
    const hint = "Run `udpsec doctor`; try --accel tcg; check that QEMU and the kernel fit each other.";
    throw new SetupError("accelerator-unusable", `No accelerator got our kernel up: ${why}`, hint, { cause: error });
  } finally {
    await Promise.all(machines.map((machine) => machine.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

/** Resolves when init's token came on the console. */
async function probe(
  accelerator: Accelerator,
  { qemu, image }: AcceleratorRequest,
  folder: string,
  machines: Machine[],
  deadline: AbortSignal,
): Promise<Accelerator> {
  let seen = "";
  const token = tokenPromise(accelerator);
  const onSerial = (chunk: Uint8Array): void => {
    // The token may come in pieces; what is older than a token's length can't be part of one.
    seen = (seen + Buffer.from(chunk).toString("latin1")).slice(-4096);
    if (seen.includes(INIT_TOKEN)) token.arrived();
  };
  const guest = {
    ...image,
    append: kernelArguments(false, ["udpsec.probe"]),
    drives: [],
    memoryMiB: PROBE_MEMORY_MIB,
    fwCfgFiles: {},
    hasEventPort: false,
    hasInitPort: false,
  };
  const spec = { name: `probe-${accelerator}`, guest, networks: [], hasRng: false, accelerator };
  const machine = await startMachine(spec, { qemu, artifactsFolder: folder, onSerial });
  machines.push(machine);
  deadline.addEventListener("abort", () =>
    token.failed(new Error(`${accelerator}: nothing within ${PROBE_TIMEOUT_MS} ms`)),
  );
  void machine.exited.then((exit) => token.failed(new Error(`${accelerator}: ${exit.kind}`)));
  return token.promise;
}

/** `Promise.withResolvers` comes with Node 22. */
function tokenPromise(accelerator: Accelerator): {
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
  // The loser's failure after the race is nobody's concern.
  promise.catch(() => undefined);
  return { promise, arrived, failed };
}
