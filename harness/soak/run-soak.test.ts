import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { formatEventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";
import { udpsecGuest } from "../guests/udpsec-guest.ts";
import type { NodeExit } from "../worlds/live/node-exit.ts";
import type { RunningMachine } from "../worlds/live/live-node.ts";
import { runSoak, type SoakResult } from "./run-soak.ts";

const MINUTES = 0.01;
const TICK_MS = 20;
/** A little longer than the soak, so that every sample is taken. */
const TICKS = 40;
const FIGURES = { transfers: 3, bytesEachWay: 3_000, messages: 7, redials: 0 };
const MIB = 1024 * 1024;
const IMAGE = { kernelPath: "/k", initrdPath: "/i", drives: [], origin: {} };

interface Script {
  /** Of the self-test, in MiB, by tick. */
  readonly mibAt: (tick: number) => number;
  readonly last: { readonly kind: string; readonly data: Readonly<Record<string, unknown>> };
  readonly exit: NodeExit;
}

const PASSES = { kind: EventKind.PROBE_PASSED, data: { probe: "soak", ...FIGURES } };
const FLAT: Script = { mibAt: () => 50, last: PASSES, exit: { kind: "guest-shutdown" } };

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Machines that play a script instead of transferring; `b` ends with `a`. */
async function soakWith(
  script: Script,
  signal = new AbortController().signal,
  judgesMemory = true,
): Promise<SoakResult> {
  const artifactsFolder = mkdtempSync(join(tmpdir(), "soak-test-"));
  folders.push(artifactsFolder);
  const ends: ((exit: NodeExit) => void)[] = [];
  const startMachine = async ({ spec }: { readonly spec: { readonly name: string } }): Promise<RunningMachine> => {
    const at = (suffix: string): string => join(artifactsFolder, `${spec.name}-${suffix}`);
    const paths = { eventLogPath: at("events"), initLogPath: at("init"), serialLogPath: at("serial") };
    for (const path of Object.values(paths)) writeFileSync(path, "");
    const exited = new Promise<NodeExit>((resolve) => ends.push(resolve));
    const endAll = (exit: NodeExit): void => ends.forEach((end) => end(exit));
    const silence = spec.name === "a" ? play(script, paths.eventLogPath, endAll) : (): void => undefined;
    const stop = (): Promise<NodeExit> => {
      silence();
      endAll({ kind: "ended" });
      return exited;
    };
    const common = { capturePaths: [], commandLine: "qemu", endInOrder: () => undefined, kill: () => undefined };
    return { ...paths, ...common, exited, stop };
  };
  return await runSoak({
    ...{ minutes: MINUTES, seed: "s", judgesMemory, artifactsFolder, signal, onSample: () => undefined },
    means: { kinds: new Map([[udpsecGuest, { kind: udpsecGuest, image: IMAGE, accelerator: "tcg" }]]) },
    starters: { startMachine, startPeer: () => Promise.reject(new RangeError("no peer")) },
  });
}

/** @returns what makes it say no more */
function play({ mibAt, last, exit }: Script, eventLog: string, end: (exit: NodeExit) => void): () => void {
  let seq = 0;
  const say = (kind: string, data: Readonly<Record<string, unknown>>): void => {
    appendFileSync(eventLog, formatEventLine({ seq: ++seq, source: "selftest", atMs: seq, kind, data }));
  };
  say(EventKind.PROBE_STARTED, { probe: "soak" });
  let tick = 0;
  const timer = setInterval(() => {
    say(EventKind.MEMORY, { rssBytes: mibAt(tick) * MIB });
    tick += 1;
    if (tick < TICKS) return;
    clearInterval(timer);
    say(last.kind, last.data);
    // The harness has heard the last word when the machine is gone.
    setTimeout(() => end(exit), 5 * TICK_MS);
  }, TICK_MS);
  return () => clearInterval(timer);
}

it("passes if memory is flat and the self-test passes, and tells figures and trends", async () => {
  const result = await soakWith(FLAT);
  expect(result.failures).toEqual([]);
  expect(result.figures).toEqual(FIGURES);
  expect(result.samples).toHaveLength(8);
  expect([...result.trends.keys()]).toEqual(["a/selftest", "harness"]);
});

it("fails if a guest's process holds more and more", async () => {
  const { failures } = await soakWith({ ...FLAT, mibAt: (tick) => 50 + tick });
  expect(failures).toEqual([expect.stringMatching(/^memory of a\/selftest grew by \d+\.\d %$/)]);
});

it("shows growth that it isn't to judge, and fails nothing for it", async () => {
  const growing = { ...FLAT, mibAt: (tick: number) => 50 + tick };
  const { failures, trends } = await soakWith(growing, undefined, false);
  expect([failures, trends.get("a/selftest")?.isFlat]).toEqual([[], false]);
});

it("fails with the self-test's own words", async () => {
  const data = { probe: "soak", code: "BUS_MESSAGE", message: "the far end does not hold the bytes" };
  const { failures } = await soakWith({ ...FLAT, last: { kind: EventKind.PROBE_FAILED, data } });
  expect(failures[0]).toBe("a/selftest: BUS_MESSAGE the far end does not hold the bytes");
});

it("fails if a machine dies", async () => {
  const last = { kind: EventKind.PROBE_PROGRESS, data: FIGURES };
  const { failures } = await soakWith({ ...FLAT, last, exit: { kind: "signal", signal: "SIGKILL" } });
  expect(failures[0]).toBe("machine a ended: signal");
});

it("ends at once when the user says so", async () => {
  const abort = new AbortController();
  abort.abort("SIGINT");
  expect((await soakWith(FLAT, abort.signal)).failures).toEqual(["interrupted"]);
});
