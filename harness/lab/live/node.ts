import { formatTranscriptLine, MAX_TRANSCRIPT_LINES } from "../../console/transcript.ts";
import type { ConsoleLine } from "../../console/line-assembler.ts";
import type { Manifest } from "../../markers/manifest.ts";
import { budgetScale } from "../../run/script/calibration.ts";
import type { ProfileAction } from "../../profiles/action-schema.ts";
import type { RunClock } from "../../worlds/live/clock.ts";
import type { LiveNode } from "../../worlds/live/live-node.ts";
import type { NodeExit } from "../../worlds/live/node-exit.ts";
import { sourceOfText, valueOf, type FieldsOf } from "../declare/pattern.ts";
import { LabError, misuse } from "../declare/lab-error.ts";
import { ReadConsole, type LabConsole } from "./console.ts";
import { Waits, type Pace, type WaitOptions } from "./waits.ts";

const SHOWN_LINES = 12;

/** A marker that was printed. */
export interface ReachedMarker<Text extends string = string> {
  /** The whole line. */
  readonly line: string;
  /** When it came, ms from the start of the run. */
  readonly atMs: number;
  readonly fields: FieldsOf<Text>;
}

/** One node of a lab. Its calls may be made from when `start` has resolved until the lab ends. */
export interface LabNode {
  readonly name: string;
  readonly console: LabConsole;
  /**
   * Waits until a marker was printed, whenever that was: unlike `expect` it looks at all that came. A marker is a whole line: the text of a
   * known one, as it is listed, or its id; or any other line, which then is the guest's word alone.
   *
   * @throws LabError `lab-timed-out`, `lab-ended`
   * @example await a.reach("SELFTEST: udp-sec bulk ok", { within: "2m" });
   */
  reach<const Text extends string>(marker: Text, options?: WaitOptions): Promise<ReachedMarker<Text>>;
  /**
   * Waits until it has ended: powered off, killed, ended by QEMU. A crash is not yet an end: a kernel that panics may stand still.
   *
   * @returns how @throws LabError `lab-timed-out`; `lab-ended` if the test is over
   */
  exited(options?: WaitOptions): Promise<NodeExit>;
  /** Ends it without a word, as a power cut does. @throws LabError `lab-misuse`, ActionError */
  kill(): Promise<void>;
  /** Its processors stand still, and its clock with them. @throws LabError `lab-misuse`, ActionError */
  pause(): Promise<void>;
  /** It goes on. @throws LabError `lab-misuse`, ActionError */
  resume(): Promise<void>;
  /** It boots again, whatever it does: of a guest with `onReset = "boot"`. @throws LabError `lab-misuse`, ActionError */
  reset(): Promise<void>;
  /**
   * Runs a command in the guest, of one that can (`exec`): its init reports at the end what came of it, and that counts.
   *
   * @throws LabError `lab-misuse`, ActionError
   * @example await a.exec(["ip", "link", "set", "eth0", "down"]);
   */
  exec(command: readonly string[]): Promise<void>;
  /** The guest's time of day jumps, of one that can (`set-clock`). @param by whole seconds, ms @throws LabError `lab-misuse`, ActionError */
  jumpClock(by: number): Promise<void>;
}

export type NodeAction = Extract<ProfileAction, { readonly node?: string | undefined }>;

/** What a node of a lab can have done to it. */
export interface NodeHand {
  act(action: NodeAction): Promise<void>;
}

interface Sighting {
  readonly line: string;
  readonly atMs: number;
}

/** A node as its lab knows it, from before it starts. */
export class WatchedNode implements LabNode {
  readonly name: string;
  readonly console: ReadConsole;
  /** For what it says. */
  readonly #waits: Waits;
  /** For its end. */
  readonly #endings: Waits;
  readonly #manifest: Manifest;
  readonly #hand: NodeHand;
  /** Lines that the guest wrote. */
  #sightings: Sighting[] = [];
  /** So many older ones were given up. */
  #forgotten = 0;
  #live: LiveNode | undefined;

  constructor(name: string, manifest: Manifest, clock: RunClock, hand: NodeHand) {
    this.name = name;
    this.#manifest = manifest;
    this.#hand = hand;
    const watched = {
      drain: () => this.#live?.drain(),
      pace: () => this.#pace(),
      lastWords: () => this.#lastWords(),
    };
    this.#waits = new Waits(clock, watched);
    this.#endings = new Waits(clock, watched);
    const terminal = {
      name,
      type: (text: string) => this.#type(text),
      lines: () => (this.#live?.transcript.lines ?? []).map((line) => line.text),
    };
    this.console = new ReadConsole(terminal, this.#waits);
  }

  async reach<const Text extends string>(marker: Text, options?: WaitOptions): Promise<ReachedMarker<Text>> {
    const known = this.#manifest.markers.find(({ id, text }) => text === marker || id === marker);
    const pattern = known?.pattern ?? literally(marker);
    const what = `${this.name}: marker ${JSON.stringify(marker)}`;
    let looked = 0;
    return this.#waits.until(
      what,
      () => {
        for (; looked < this.#forgotten + this.#sightings.length; looked += 1) {
          const sighting = this.#sightings[looked - this.#forgotten];
          const found = sighting === undefined ? null : pattern.exec(sighting.line);
          if (sighting === undefined || found === null) continue;
          const fields = (known?.fields ?? []).map(({ name, type }, at) => [name, valueOf(type, found[at + 1] ?? "")]);
          return { ...sighting, fields: Object.fromEntries(fields) as FieldsOf<Text> };
        }
        return undefined;
      },
      options,
    );
  }

  async exited(options?: WaitOptions): Promise<NodeExit> {
    return this.#endings.until(`${this.name}: its end`, () => this.#live?.exit, options);
  }

  kill(): Promise<void> {
    return this.#hand.act({ kind: "kill", node: this.name });
  }

  pause(): Promise<void> {
    return this.#hand.act({ kind: "pause", node: this.name });
  }

  resume(): Promise<void> {
    return this.#hand.act({ kind: "resume", node: this.name });
  }

  reset(): Promise<void> {
    return this.#hand.act({ kind: "reset", node: this.name });
  }

  exec(command: readonly string[]): Promise<void> {
    return this.#hand.act({ kind: "exec", node: this.name, command: [...command] });
  }

  jumpClock(by: number): Promise<void> {
    return this.#hand.act({ kind: "clock", node: this.name, by });
  }

  joined(live: LiveNode): void {
    this.#live = live;
  }

  line(line: ConsoleLine): void {
    this.console.line(line);
    if (line.isEcho !== true) this.#see({ line: line.text, atMs: line.atMs });
    this.#waits.heard();
  }

  stands(unfinished: string): void {
    this.console.stands(unfinished);
    this.#waits.heard();
  }

  /** A marker that a kernel's message had torn apart. */
  mended(line: string, atMs: number): void {
    this.#see({ line, atMs });
  }

  /** It says nothing more, and may run on. */
  silenced(why: LabError): void {
    this.#waits.end(why);
  }

  /** Nothing more comes from it. */
  over(why: LabError): void {
    this.#endings.end(why);
    this.#waits.end(why);
  }

  #see(sighting: Sighting): void {
    this.#sightings.push(sighting);
    if (this.#sightings.length < MAX_TRANSCRIPT_LINES * 2) return;
    this.#sightings = this.#sightings.slice(-MAX_TRANSCRIPT_LINES);
    this.#forgotten += MAX_TRANSCRIPT_LINES;
  }

  #type(text: string): void {
    const live = this.#live;
    if (live?.machine?.type === undefined || live.exit !== undefined)
      throw misuse(`nobody can type on ${this.name}`, "it is a process of the host, or has ended");
    const line = text.replace(/[\r\n]$/, "");
    live.type(line, line !== text);
  }

  /** Whose first line nobody knows has no boot to wait for, and no scale. */
  #pace(): Pace {
    const live = this.#live;
    if (live?.planned.plan.kind.console.bootSign === undefined) return { bootMs: 0, scale: 1 };
    const { bootMs, readyMs } = live;
    return { bootMs, scale: bootMs === undefined ? 1 : budgetScale([{ bootMs, readyMs }]) };
  }

  #lastWords(): string {
    const lines = (this.#live?.transcript.tail(SHOWN_LINES) ?? []).map(formatTranscriptLine);
    const unfinished = this.#live?.unfinished ?? "";
    const all = unfinished === "" ? lines : [...lines, `          ${unfinished}`];
    return all.length === 0 ? `${this.name} said nothing` : `the console of ${this.name} ends with\n${all.join("\n")}`;
  }
}

function literally(text: string): RegExp {
  return new RegExp(`^${sourceOfText(text)}$`);
}

/** Why nothing comes from a node any more. */
export function nodeOver(name: string, how: string): LabError {
  return new LabError("lab-ended", `${name} ${how}`, "its console, and what QEMU said, are in the folder of artifacts");
}
