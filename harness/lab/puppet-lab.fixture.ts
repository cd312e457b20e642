import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatEventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";
import type { EvidenceFinding } from "../evidence/findings/evidence-finding.ts";
import type { EndedRun } from "../run/judge/gather-evidence.ts";
import { noPeer, scriptedEquipment } from "../run/scripted-machine.fixture.ts";
import type { RunPorts } from "../run/opened-run.ts";
import { blankMachine } from "../worlds/live/blank-machine.fixture.ts";
import type { NodeExit } from "../worlds/live/node-exit.ts";
import type { StartMachine } from "../worlds/live/live-node.ts";
import type { LabEnvironment } from "./lab-environment.ts";
import { daemon } from "./declare/words.ts";
import type { LabTopology } from "./declare/topology.ts";
import { OwnLab, type LabOptions } from "./lab.ts";

/** A machine that does what the test says. */
export interface Puppet {
  /** As it is, without a line end of its own. */
  say(text: string): void;
  /** A marker: a line of the console, and an event. */
  mark(text: string): void;
  /** The same over the event port alone. */
  tell(text: string): void;
  /** The event port tells that a self-test has ended. */
  endSelftest(): void;
  exit(how: NodeExit): void;
  readonly typed: string[];
  readonly calls: string[];
}

export interface PuppetLab {
  readonly lab: OwnLab;
  readonly puppet: (node: string) => Puppet;
  /** What was told the network, and what became of the place on the host. */
  readonly told: string[];
  readonly judged: EndedRun[];
}

export interface PuppetOptions extends LabOptions {
  /** Node that can't be started. */
  readonly broken?: string;
  /** Its self-tests don't end by themselves. */
  readonly keepsTesting?: boolean;
  /** Told to end, it doesn't. */
  readonly deaf?: boolean;
  readonly findings?: readonly EvidenceFinding[];
  /** Until then there is no place on the host. Default: there is one. */
  readonly place?: Promise<void>;
}

export const CONFIRMED: EvidenceFinding = {
  rule: "machine-ending",
  marker: undefined,
  finding: "confirmed",
  saw: "off",
};

/** One machine, and its daemon. */
export const ONE = {
  networks: { net: { kind: "hub" } },
  nodes: { a: { guest: "udpsec", process: [daemon()] } },
} as const satisfies LabTopology;

/** A lab over machines of which nothing boots. */
export function puppetLab({
  broken,
  deaf = false,
  keepsTesting = false,
  findings = [CONFIRMED],
  place = Promise.resolve(),
  ...options
}: PuppetOptions = {}): PuppetLab {
  const puppets = new Map<string, Puppet>();
  const told: string[] = [];
  const judged: EndedRun[] = [];
  const startMachine: StartMachine = async (planned, folder, onSerial) => {
    const { name } = planned.spec;
    if (name === broken) throw Object.assign(new Error("no such machine"), { code: "machine-start" });
    const { files, end, ...blank } = blankMachine(name, folder);
    const say = (text: string): void => onSerial(new TextEncoder().encode(text));
    let seq = 0;
    const event = (kind: string, data: Readonly<Record<string, unknown>>): void =>
      appendFileSync(files.eventLogPath, formatEventLine({ seq: ++seq, source: "agent", atMs: 1, kind, data }));
    const tell = (text: string): void => event(EventKind.MARKER, { text });
    const puppet: Puppet = {
      ...{ typed: [], calls: [], say, exit: (how) => end(how) },
      tell,
      endSelftest: () => event(EventKind.PROCESS_ENDED, { process: "selftest", status: 0 }),
      mark: (text) => {
        tell(text);
        say(`${text}\r\n`);
      },
    };
    puppets.set(name, puppet);
    if (!keepsTesting)
      for (const { kind } of planned.plan.node.processes) if (kind === "selftest") puppet.endSelftest();
    return {
      ...{ ...files, ...blank },
      endInOrder: () => {
        puppet.calls.push("endInOrder");
        if (!deaf) end({ kind: "guest-shutdown" });
      },
      kill: (signal = "SIGKILL") => end({ kind: "signal", signal }),
      pause: async () => void puppet.calls.push("pause"),
      resume: async () => void puppet.calls.push("resume"),
      stop: () => {
        puppet.calls.push("stop");
        end({ kind: "ended" });
        return blank.exited;
      },
      type: (bytes) => void puppet.typed.push(new TextDecoder().decode(bytes)),
    };
  };
  const ports: RunPorts = {
    ...{ startMachine, startPeer: noPeer },
    startNetwork: async () => ({
      ...{ capturePath: undefined, stats: undefined, socketPath: () => "/s", stop: async () => undefined },
      reached: (place) => void told.push(`reached ${place}`),
      forget: () => told.push("forgot"),
      note: (text) => void told.push(`note ${text}`),
    }),
    gatherEvidence: (run) => {
      judged.push(run);
      return Promise.resolve([...findings]);
    },
  };
  const environment: LabEnvironment = {
    equip: () => Promise.resolve(scriptedEquipment()),
    portsFor: () => ports,
    takeSlots: async (machines) => {
      await place;
      told.push(`took ${machines}`);
      return async () => void told.push("left");
    },
    resultFiles: [],
  };
  const lab = new OwnLab({ runsFolder: mkdtempSync(join(tmpdir(), "lab-")), ...options }, environment);
  const puppet = (node: string): Puppet => {
    const found = puppets.get(node);
    if (found === undefined) throw new RangeError(`no puppet ${node}`);
    return found;
  };
  return { lab, puppet, told, judged };
}

/** A lab with one of them, started. */
export async function one(options: PuppetOptions = {}) {
  const made = puppetLab(options);
  const { a } = await made.lab.start(ONE, { seed: 7 });
  return { ...made, a, machine: made.puppet("a") };
}
