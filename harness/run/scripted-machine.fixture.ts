import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatEventLine, type EventLine } from "../../contract/event-line.ts";
import type { EvidenceFinding } from "../evidence/findings/evidence-finding.ts";
import type { MachineGuest } from "../guests/guest-kind.ts";
import { udpsecGuest } from "../guests/udpsec-guest.ts";
import { projectRoot } from "../host/project-root.ts";
import { RESULT_FILES } from "../report/reporters/index.ts";
import { loadMarkers, parseProfile, type LoadedProfile } from "../profiles/load.ts";
import type { MachineExit } from "../qemu/machine-exit.ts";
import { blankMachine } from "../worlds/live/blank-machine.fixture.ts";
import type { NodeExit } from "../worlds/live/node-exit.ts";
import type { StartMachine, StartPeer } from "../worlds/live/live-node.ts";
import type { Equipment, RunRequest } from "./request/run-request.ts";
import type { RunPorts } from "./opened-run.ts";
import type { RunReporter } from "./request/run-reporter.ts";

/** What a machine of a test does, in this order. */
export interface Script {
  /** Each line goes to the console; a marker also to the event port unless `quiet`. */
  readonly lines: readonly string[];
  readonly quiet?: readonly string[];
  /** What the event port tells besides, first of all. */
  readonly events?: readonly Pick<EventLine, "source" | "kind" | "data">[];
  /** Undefined: it runs until somebody ends it. */
  readonly exit: MachineExit | undefined;
}

/** Profiles of tests, in `fixtures/scripted`. @returns the text, for tests that change it */
export function scriptedProfile(name: "scripted" | "two" = "scripted"): string {
  return readFileSync(join(projectRoot(), "fixtures/scripted", `${name}.toml`), "utf8");
}

export const RUNGS = ["dsoftbusd: network security blocked (rng unavailable)", "SELFTEST: rng gate ok"] as const;

export function loadScripted(toml: string = scriptedProfile()): LoadedProfile {
  return parseProfile(toml, "scripted.toml", loadMarkers());
}

/** A machine that plays its script the moment it starts. */
export function scriptedMachine(script: Script): StartMachine {
  return (planned, artifactsFolder, onSerial) => {
    const { files, end, ...blank } = blankMachine(planned.spec.name, artifactsFolder);
    let seq = 0;
    const play = (): void => {
      for (const event of script.events ?? []) {
        appendFileSync(files.eventLogPath, formatEventLine({ ...event, seq: 1, atMs: 1 }));
      }
      for (const text of script.lines) {
        if (udpsecGuest.console.claim.test(text) && script.quiet?.includes(text) !== true) {
          const line = formatEventLine({ seq: ++seq, source: "agent", atMs: 1, kind: "marker", data: { text } });
          appendFileSync(files.eventLogPath, line);
        }
        appendFileSync(files.serialLogPath, `${text}\r\n`);
        onSerial(new TextEncoder().encode(`${text}\r\n`));
      }
      if (script.exit !== undefined) end(script.exit);
    };
    setImmediate(play);
    const endInOrder = (): void => end({ kind: "guest-shutdown" });
    const stop = (): Promise<NodeExit> => {
      end({ kind: "ended" });
      return blank.exited;
    };
    const kill = (): void => end({ kind: "signal", signal: "SIGKILL" });
    return Promise.resolve({ ...files, ...blank, endInOrder, stop, kill });
  };
}

const IMAGE = { kernelPath: "/k", initrdPath: "/i", drives: [], origin: { kernel: "none" } };

export function scriptedEquipment(kind: MachineGuest = udpsecGuest): Equipment {
  const equipped = { kind, image: IMAGE, accelerator: "tcg" as const, acceleratorReason: "a test" };
  return { emulators: new Map([["x86_64", "/qemu"]]), kinds: new Map([[kind, equipped]]), setupMs: 0 };
}

export function scriptedRequest(loaded: LoadedProfile, overrides: Partial<RunRequest> = {}): RunRequest {
  return {
    loaded,
    seed: "s1",
    timeoutMs: 60_000,
    untilMarker: false,
    runsFolder: mkdtempSync(join(tmpdir(), "runs-")),
    keepOnFailure: false,
    resultFiles: RESULT_FILES,
    again: "./scripts/udpsec test --profile scripted --seed s1",
    ...overrides,
  };
}

const CONFIRMING: readonly EvidenceFinding[] = [
  { rule: "machine-ending", marker: undefined, finding: "confirmed", saw: "QMP: a: guest-shutdown" },
  { rule: "no-session-traffic", marker: undefined, finding: "confirmed", saw: "0 frames" },
];

export const noPeer: StartPeer = () => Promise.reject(new RangeError("no peer on the host in this test"));

export function scriptedPorts(script: Script, findings: readonly EvidenceFinding[] = CONFIRMING): RunPorts {
  return {
    startMachine: scriptedMachine(script),
    startPeer: noPeer,
    gatherEvidence: () => Promise.resolve([...findings]),
  };
}

/** @returns a reporter that notes the order of its calls */
export function notingReporter(): RunReporter & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    setup: (line) => calls.push(`setup ${line}`),
    started: () => calls.push("started"),
    rung: (_, rung) => calls.push(`rung ${rung.marker}`),
    action: (_, { what }) => calls.push(`action ${what}`),
    note: (_, note) => calls.push(`note ${note.code}`),
    ended: (_, result) => calls.push(`ended ${result.code}`),
  };
}
