import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { formatEventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";
import { Manifest } from "../markers/manifest.ts";
import { loadMarkers } from "../profiles/load.ts";
import { blankMachine } from "../worlds/live/blank-machine.fixture.ts";
import type { FinishedRun } from "../worlds/live/finished-run.ts";
import type { NodeExit } from "../worlds/live/node-exit.ts";
import type { RunningMachine, StartMachine } from "../worlds/live/live-node.ts";
import type { EndedRun } from "./judge/gather-evidence.ts";
import type { RunRequest } from "./request/run-request.ts";
import { runProfile } from "./run-profile.ts";
import type { HeldRun } from "./request/run-reporter.ts";
import {
  loadScripted,
  noPeer,
  notingReporter,
  scriptedEquipment,
  scriptedProfile,
  scriptedRequest,
} from "./scripted-machine.fixture.ts";

/** Of the runs of one file of tests; gone with it. */
export const runsFolder = mkdtempSync(join(tmpdir(), "runs-"));
afterAll(() => rmSync(runsFolder, { recursive: true, force: true }));

/** Two machines: `b` listens, `a` has a self-test. */
export const TWO_NODES = scriptedProfile("two");
export const UP = "dsoftbus: udp-sec os listener up 37024";
export const DONE = "SELFTEST: udp-sec fallback ok";

/** A machine whose console and event port are written by hand. */
export class HandMachine {
  readonly calls: string[] = [];
  /** Its QEMU doesn't pause it. */
  refusesToPause = false;
  readonly running: RunningMachine;
  readonly #events: string;
  readonly #serial: (chunk: Uint8Array) => void;
  readonly #exit: (how: NodeExit) => void;
  #seq = 0;

  /** @param onCall told of each call, beside its own list: the order among several machines */
  constructor(
    name: string,
    folder: string,
    onSerial: (chunk: Uint8Array) => void,
    onCall: (call: string) => void = () => undefined,
  ) {
    const { files, end: exit, ...blank } = blankMachine(name, folder);
    this.#events = files.eventLogPath;
    this.#serial = onSerial;
    this.#exit = exit;
    const note = (call: string): void => {
      this.calls.push(call);
      onCall(`${call} ${name}`);
    };
    const end = (call: string, how: NodeExit): void => {
      note(call);
      this.#exit(how);
    };
    this.running = {
      ...{ ...files, ...blank },
      endInOrder: () => end("end", { kind: "guest-shutdown" }),
      kill: () => end("kill", { kind: "signal", signal: "SIGKILL" }),
      stop: async () => {
        end("stop", { kind: "ended" });
        return blank.exited;
      },
      pause: async () => {
        note("pause");
        if (this.refusesToPause) throw new RangeError("QEMU says no");
      },
      resume: async () => note("resume"),
      type: (bytes) => note(`type ${new TextDecoder().decode(bytes)}`),
    };
    this.line("init: up");
  }

  marker(text: string): void {
    this.event(EventKind.MARKER, { text });
    this.line(text);
  }

  line(text: string): void {
    this.#serial(new TextEncoder().encode(`${text}\r\n`));
  }

  event(kind: string, data: Readonly<Record<string, unknown>>): void {
    const line = formatEventLine({ seq: ++this.#seq, source: "agent", atMs: 1, kind, data });
    writeFileSync(this.#events, line, { flag: "a" });
  }

  /** It powers itself off. */
  leave(): void {
    this.#exit({ kind: "guest-shutdown" });
  }
}

export type Machines = ReadonlyMap<string, HandMachine>;
export type Play = (machines: Machines) => void;

/** Both go up their ladders, and the self-test ends. */
export const climb: Play = (machines) => {
  machines.get("b")?.marker(UP);
  machines.get("a")?.marker(DONE);
  machines.get("a")?.event(EventKind.PROCESS_ENDED, { process: "selftest", status: 0 });
};

const MANIFEST = new Manifest(loadMarkers());
const OFF = { rule: "machine-ending", marker: undefined, finding: "confirmed", saw: "off" } as const;
const RULES = ["listener-up", "fallback-ok"].flatMap((marker) => MANIFEST.get(marker)?.evidence ?? []);
let runs = 0;

export interface HandRun extends Partial<Pick<RunRequest, "untilMarker" | "holdMs" | "isUnlimited">> {
  readonly startMachine?: StartMachine;
  readonly signal?: AbortSignal;
  /** Told when the run is held. */
  readonly onHeld?: (held: HeldRun, machines: Machines) => void;
}

/** @param play what the two machines do once both run @returns what came of it, and what was done to them in its order */
export async function playTwo(toml: string, play: Play, { startMachine, signal, onHeld, ...wishes }: HandRun = {}) {
  const machines = new Map<string, HandMachine>();
  const calls: string[] = [];
  const start: StartMachine = async (planned, folder, onSerial) => {
    const machine = new HandMachine(planned.spec.name, folder, onSerial, (call) => calls.push(call));
    machines.set(planned.spec.name, machine);
    if (machines.size === 2) setImmediate(() => play(machines));
    return machine.running;
  };
  const evidence = [OFF, ...RULES.map((rule) => ({ ...OFF, rule }))];
  let finished: FinishedRun | undefined;
  const gatherEvidence = async (ended: EndedRun) => {
    finished = ended.finished;
    return evidence;
  };
  const ports = { startMachine: startMachine ?? start, startPeer: noPeer, gatherEvidence };
  const noting = notingReporter();
  const reporter: typeof noting = { ...noting, held: (_, held) => onHeld?.(held, machines) };
  const request = scriptedRequest(loadScripted(toml), { runsFolder, seed: `s${++runs}`, ...wishes });
  const never = new AbortController().signal;
  const result = await runProfile(request, scriptedEquipment(), reporter, signal ?? never, ports);
  const pausedMs = Object.fromEntries((finished?.nodes ?? []).map((node) => [node.name, node.pausedMs]));
  return { result, machines, calls, pausedMs, told: reporter.calls.filter((call) => call.startsWith("action")) };
}
