/** A run that goes on, as its folder shows it: read again and again, until its summary is there. */
import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { readEvents } from "../../compare/run-folder.ts";
import { readRunFolderName, startOfRunMs } from "../../run/result/run-folder-name.ts";
import { encodePackets } from "../model/packet-columns.ts";
import type { RunData, VerdictData } from "../model/run-data.ts";
import { captureFilesOf, journalOf } from "../gather/capture-files.ts";
import { gatherRun, type GatheredRun } from "../gather/gather-run.ts";
import { gatherPackets } from "../gather/packets.ts";
import { placeEvents, type PlacedEvents } from "../gather/placed-events.ts";
import type { OpeningKeys } from "../gather/session-keys.ts";
import { readPlan } from "../gather/read-plan.ts";
import { expectedRungs, rungsSoFar } from "./expected-rungs.ts";
import { GrowingConsole } from "./growing-console.ts";

const NO_VERDICT: VerdictData = {
  ...{ passed: true, cut: false, code: "running", title: "", detail: "", hint: "", standings: "", explain: "" },
  ...{ also: [], follows: [], because: undefined, slow: undefined, nearestLine: undefined },
};
const UNKNOWN_KEYS: ReadonlyMap<string, OpeningKeys> = new Map();

export class RunGoingOn {
  readonly folder: string;
  readonly #startedMs: number;
  readonly #profile: string;
  readonly #seed: string;
  readonly #consoles = new Map<string, GrowingConsole>();
  readonly #expected: ReturnType<typeof expectedRungs>;
  /** By how much the run's clock is ahead of a node's, at most. */
  readonly #ahead = new Map<string, number>();
  #sizes = "";

  /** @param folder of a run that has begun: its plan is there */
  constructor(folder: string) {
    this.folder = folder;
    const name = basename(folder);
    const called = readRunFolderName(name);
    const toldMs = called === undefined ? NaN : startOfRunMs(called);
    this.#startedMs = Number.isNaN(toldMs) ? statSync(folder).ctimeMs : toldMs;
    this.#seed = called?.seed ?? "";
    this.#profile = called?.profile ?? name;
    this.#expected = expectedRungs(this.#profile);
  }

  get isOver(): boolean {
    return existsSync(join(this.folder, "summary.json"));
  }

  /** Of many repeats those that passed are removed. */
  get isGone(): boolean {
    return !existsSync(this.folder);
  }

  /** @returns what there is of it; undefined: nothing more than when it was looked at last. Once it is over, all of it, with its verdict */
  async look(): Promise<GatheredRun | undefined> {
    if (this.isOver) return gatherRun(this.folder);
    const plan = readPlan(this.folder);
    const nodes = plan?.nodes ?? [];
    const nowMs = Date.now() - this.#startedMs;
    const grew = nodes.map(({ name }) => this.#consoleOf(name).look(nowMs)).some(Boolean);
    const files = captureFilesOf(this.folder, plan);
    const sizes = [
      ...files.map(({ path }) => path),
      ...nodes.map(({ name }) => join(this.folder, `${name}-events.ndjson`)),
    ]
      .map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
      .join(" ");
    if (!grew && sizes === this.#sizes) return undefined;
    this.#sizes = sizes;
    const journal = journalOf(files);
    const clock = { offsetUs: this.#startedMs * 1000, text: LIVE_CLOCK };
    const { head, rows, leftOut } = await gatherPackets({
      ...{ files, keys: UNKNOWN_KEYS, clock, times: [], cited: new Set<string>() },
    });
    const consoles = nodes.map(({ name }) => this.#consoleOf(name).data);
    const rungs = rungsSoFar(this.#expected, consoles);
    const placed = nodes.map(({ name }) => this.#placedEvents(name, rungs, nowMs));
    const data: RunData = {
      ...{ profile: this.#profile, proves: "", seed: this.#seed, startedAt: new Date(this.#startedMs).toISOString() },
      ...{ accelerator: "", folder: this.folder, again: "", isRunning: true, verdict: NO_VERDICT, endMs: nowMs },
      moment: { atMs: nowMs, node: lastSpeaker(consoles), rung: undefined, why: "now" },
      nodes: nodes.map(({ name, guest }) => ({ name, guest, ending: "nothing yet", bootMs: undefined })),
      ...{ rungs, findings: [], consoles, said: [], traces: [] },
      events: placed.flatMap(({ shown }) => shown),
      congestion: placed.flatMap(({ congestion }) => congestion),
      actions: journal
        .filter(({ message }) => !nodes.some(({ name }) => message.startsWith(`${name}: `)))
        .map(({ message, timeUs }) => ({ what: message, atMs: timeUs / 1000 - this.#startedMs })),
      packets: head.total === 0 ? undefined : head,
      leftOut: [...leftOut, "Packets are opened, and rules of evidence asked, when the run has ended."],
    };
    return { data, packets: encodePackets(rows), problems: [] };
  }

  /** Before a node has printed a marker: its newest event is at least as old as it is when it is read. */
  #placedEvents(node: string, rungs: RunData["rungs"], nowMs: number): PlacedEvents {
    const events = readEvents(this.folder, node);
    const newestMs = Math.max(...events.map(({ atMs }) => atMs));
    const aheadMs = Math.min(this.#ahead.get(node) ?? Infinity, nowMs - newestMs);
    if (Number.isFinite(aheadMs)) this.#ahead.set(node, aheadMs);
    return placeEvents(node, events, rungs, this.#ahead.get(node));
  }

  #consoleOf(node: string): GrowingConsole {
    const known = this.#consoles.get(node) ?? new GrowingConsole(node, join(this.folder, `${node}-serial.log`));
    this.#consoles.set(node, known);
    return known;
  }
}

const LIVE_CLOCK = "while the run goes on, a line of a console has the time at which it was read here";

function lastSpeaker(consoles: RunData["consoles"]): string | undefined {
  const speaking = consoles.filter(({ lines }) => lines.length > 0);
  return speaking.sort((a, b) => (b.lines.at(-1)?.[0] ?? 0) - (a.lines.at(-1)?.[0] ?? 0))[0]?.node;
}
