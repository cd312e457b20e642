/** What the rules say of a session: bounded, and each thing once. */
import { placeOfRequirement } from "./specification.ts";
import type { CapturePlace, End, ObserverFinding } from "./session-packet.ts";

/** Of one rule about one end: who breaks a rule often breaks it with every packet. */
const MAX_PER_RULE = 8;

export type Speak = (text: string, at: CapturePlace, requirement?: string) => void;

export class FindingLog {
  readonly #findings: ObserverFinding[] = [];
  readonly #counts = new Map<string, number>();
  #leftOff = 0;

  get findings(): readonly ObserverFinding[] {
    return this.#findings;
  }

  get leftOff(): number {
    return this.#leftOff;
  }

  hasFindingAbout(end: End): boolean {
    return this.#findings.some((one) => one.end === end);
  }

  /** @param requirement what it breaks unless it says otherwise */
  speaker(rule: string, end: End, requirement: string): Speak {
    return (text, { file, number }, other) => {
      const count = (this.#counts.get(`${rule} ${end}`) ?? 0) + 1;
      this.#counts.set(`${rule} ${end}`, count);
      if (count > MAX_PER_RULE) {
        this.#leftOff += 1;
        return;
      }
      const id = other ?? requirement;
      this.#findings.push({ rule, end, text, requirement: id, where: placeOfRequirement(id), file, number });
    };
  }
}
