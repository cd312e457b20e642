/**
 * What the switch did to each frame, computed once more from the seed and the frames that it got: the same dice, the same flips, no frame
 * delivered that follows from none that was sent, none before its delay had passed.
 */
import { readFile } from "node:fs/promises";
import type { DecisionRecord, Delivery, LinkSpec } from "../../../contract/impairment/index.ts";
import { journalIn } from "../../capture/capture-notes.ts";
import { CaptureDamaged } from "../../capture/capture-item.ts";
import type { CapturedFrame } from "../../capture/captured-frame.ts";
import { PcapngParser } from "../../capture/pcapng.ts";
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import { RECOMPUTED_FAULTS_RULE } from "../../evidence/rules/rule-texts.ts";
import { corruptFrame } from "../../fabric/corrupt-frame.ts";
import { destinationAddress, isGroupAddress, readLayout, sourceAddress } from "../../fabric/frame-layout.ts";
import { frameInfo } from "../../fabric/frame-switch.ts";
import { linkName, LinkTable, specOf, type LinkRule } from "../../fabric/link-table.ts";
import { MacTable } from "../../fabric/mac-table.ts";
import { SESSION_PORT } from "../../topology/addressing.ts";
import { fabricSeed } from "../../worlds/live/run-network.ts";
import { DueFrames } from "./due-frames.ts";

const QUEUE_FULL = "queue-full";
/** The capture has the switch's time in whole microseconds. */
const EDGE_MS = 2;
const COMMENT = /^(?<dropped>dropped: )?(?<reason>\S+) \((?<link>\S+), (?<flow>.+) #(?<index>\d+)\)$/;

type Logged = Record<"reason" | "link" | "flow" | "index", string> & { readonly dropped?: string | undefined };

export interface RecordedFaults {
  /** pcapng of the switch. */
  readonly capturePath: string;
  readonly links: readonly LinkRule[];
  /** Of the run. */
  readonly seed: string;
  /** In which network a NIC is; undefined: there is one. */
  readonly networkOf?: (nic: string) => string | undefined;
}

/** A capture that can't be read is told by who reads them all. */
export async function recomputedFaults(recorded: RecordedFaults): Promise<EvidenceFinding> {
  const bytes = await readFile(recorded.capturePath).catch(() => undefined);
  if (bytes === undefined) return finding("unavailable", "the switch left no capture");
  const again = new SwitchOnceMore(recorded, triggersIn(bytes));
  try {
    const problem = firstProblem(again, bytes);
    return problem === undefined ? finding("confirmed", again.describe()) : finding("contradicted", problem);
  } catch (error) {
    if (!(error instanceof CaptureDamaged)) throw error;
    return finding("unavailable", `the switch's capture is damaged: ${error.message}`);
  }
}

/** @throws CaptureDamaged */
function firstProblem(again: SwitchOnceMore, bytes: Buffer): string | undefined {
  const names: string[] = [];
  for (const item of new PcapngParser().push(bytes)) {
    if (item.kind === "interface") again.plug((names[item.index] = item.name ?? ""));
    if (item.kind !== "frame") continue;
    const problem = again.take(names[item.interfaceIndex] ?? "", item.frame);
    if (problem !== undefined) return `${problem} (packet ${item.number} of the switch's capture)`;
  }
  return undefined;
}

class SwitchOnceMore {
  readonly #rules: readonly LinkRule[];
  readonly #links: LinkTable;
  readonly #triggers: readonly Trigger[];
  readonly #networkOf: (nic: string) => string | undefined;
  /** By network. */
  readonly #addresses = new Map<string | undefined, MacTable<string>>();
  readonly #nics: string[] = [];
  readonly #due = new DueFrames();
  readonly #untold: Trigger[];
  #record: DecisionRecord | undefined;
  #decisions = 0;
  #deliveries = 0;

  constructor({ links: rules, seed, networkOf }: RecordedFaults, triggers: readonly Trigger[]) {
    this.#rules = rules;
    this.#networkOf = networkOf ?? (() => undefined);
    this.#triggers = triggers;
    this.#untold = [...triggers];
    // What waits before a rate depends on times that no capture has: the log is believed where its queue was full.
    const links = rules.map(({ spec, ...ends }) => ({ ...ends, spec: withoutRate(spec) }));
    this.#links = new LinkTable({ links, seed: fabricSeed(seed), onDecision: (record) => (this.#record = record) });
  }

  plug(nic: string): void {
    this.#nics.push(nic);
  }

  describe(): string {
    return `${this.#decisions} decisions and ${this.#deliveries} deliveries, the same from the seed`;
  }

  /** @returns what does not follow from the seed */
  take(nic: string, frame: CapturedFrame): string | undefined {
    const nowMs = frame.timeUs / 1000;
    while (this.#untold[0] !== undefined && this.#untold[0].atMs <= nowMs) {
      const { name, atMs } = this.#untold.shift() ?? { name: "", atMs: 0 };
      this.#links.trigger(name, atMs);
    }
    if (frame.direction === "received") {
      this.#deliveries += 1;
      return this.#due.take(nic, frame.bytes, nowMs);
    }
    const source = sourceAddress(frame.bytes);
    if (!isGroupAddress(source)) this.#addressesAt(nic).learn(source, nic);
    const logged = frame.comments.flatMap((text) => text.split("; ")).flatMap((text) => readComment(text) ?? []);
    for (const to of this.#targets(nic, frame.bytes)) {
      const problem = this.#decide(nic, to, frame.bytes, nowMs, logged);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #targets(from: string, frame: Buffer): readonly string[] {
    const address = destinationAddress(frame);
    const known = isGroupAddress(address) ? undefined : this.#addressesAt(from).find(address);
    const network = this.#networkOf(from);
    if (known === undefined) return this.#nics.filter((nic) => nic !== from && this.#networkOf(nic) === network);
    return known === from ? [] : [known];
  }

  #addressesAt(nic: string): MacTable<string> {
    const network = this.#networkOf(nic);
    const table = this.#addresses.get(network) ?? new MacTable<string>();
    this.#addresses.set(network, table);
    return table;
  }

  #decide(from: string, to: string, frame: Buffer, nowMs: number, all: readonly Logged[]): string | undefined {
    const layout = readLayout(frame);
    const link = linkName(from, to);
    const { deliveries } = this.#links.link(from, to).decide(frameInfo(from, to, frame, layout, [SESSION_PORT]), nowMs);
    this.#decisions += 1;
    const logged = all.find((one) => one.link === link);
    const record = this.#taken();
    const [did, does] = [logged === undefined ? "nothing" : describe(logged), describeRecord(record)];
    const carried = (delivery: Delivery): void => {
      const changed = delivery.flips === undefined ? frame : corruptFrame(frame, layout, delivery.flips);
      this.#due.add(to, changed, nowMs + delivery.delayMs);
    };
    if (did === does) {
      deliveries.forEach(carried);
      return undefined;
    }
    const isQueueFull = logged?.dropped !== undefined && logged.reason === QUEUE_FULL && deliveries.length > 0;
    if (isQueueFull && specOf(this.#rules, from, to).rateMbps !== undefined) return undefined;
    if (!this.#isAtAnEdge(nowMs) || !this.#isWindowed(from, to, [logged?.reason, record?.reason]))
      return `${link}: the switch did ${did}, the seed says ${does}`;
    if (logged?.dropped === undefined) carried({ delayMs: 0 });
    return undefined;
  }

  /** @returns the record of the decision taken last, if it was a remarkable one */
  #taken(): DecisionRecord | undefined {
    const record = this.#record;
    this.#record = undefined;
    return record;
  }

  /** @returns whether a fault with a window is among what was done to a frame, or should have been */
  #isWindowed(from: string, to: string, reasons: readonly (string | undefined)[]): boolean {
    const windowed = (specOf(this.#rules, from, to).faults ?? []).filter(({ during }) => during !== undefined);
    return reasons.some((reason) => reason?.split("+").some((kind) => windowed.some((fault) => fault.kind === kind)));
  }

  #isAtAnEdge(nowMs: number): boolean {
    const windows = this.#rules.flatMap(({ spec }) => (spec.faults ?? []).flatMap(({ during }) => during ?? []));
    const timeOf = (trigger: string | undefined) => this.#triggers.find(({ name }) => name === trigger)?.atMs;
    return windows.some(({ trigger, fromMs = 0, untilMs, untilTrigger }) => {
      const origin = timeOf(trigger);
      // Counted from a start that the capture doesn't show.
      if (origin === undefined) return trigger === undefined;
      const edges = [
        origin + fromMs,
        ...(untilMs === undefined ? [] : [origin + untilMs]),
        timeOf(untilTrigger) ?? [],
      ].flat();
      return edges.some((edgeMs) => Math.abs(nowMs - edgeMs) <= EDGE_MS);
    });
  }
}

interface Trigger {
  readonly name: string;
  readonly atMs: number;
}

function triggersIn(bytes: Buffer): Trigger[] {
  return journalIn(bytes).flatMap(({ message, timeUs }) => {
    const [, name] = /^trigger (.*)$/.exec(message) ?? [];
    return name === undefined ? [] : [{ name, atMs: timeUs / 1000 }];
  });
}

function withoutRate({ rateMbps: _rate, queueBytes: _queue, ...spec }: LinkSpec): LinkSpec {
  return spec;
}

function readComment(text: string): Logged | undefined {
  return COMMENT.exec(text)?.groups as Logged | undefined;
}

function describe({ dropped = "", reason, flow, index }: Logged): string {
  return `${dropped}${reason} (${flow} #${index})`;
}

function describeRecord(record: DecisionRecord | undefined): string {
  if (record === undefined) return "nothing";
  const { reason = "changed", flow, index, deliveries } = record;
  return describe({ dropped: deliveries.length === 0 ? "dropped: " : "", reason, flow, index: `${index}`, link: "" });
}

function finding(kind: EvidenceFinding["finding"], saw: string): EvidenceFinding {
  return { rule: RECOMPUTED_FAULTS_RULE, marker: undefined, finding: kind, saw };
}
