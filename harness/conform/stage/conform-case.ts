import type { TransportMode } from "../../../contract/configuration.ts";
import type { CaseStage } from "./case-stage.ts";
import type { DialledStage } from "./dialled-stage.ts";
import type { Section } from "./sections.ts";

/** What a case may ask of the target's services (services.md); who doesn't serve it can't be asked. */
export type NeededService = "control" | "status" | "echo" | "bulk" | "sink" | "mirror";

interface CaseFacts {
  /** Unique; a section of the specification, a slash, and what it is about. */
  readonly id: `${Section}/${string}`;
  /** Rules that it holds the target to; the first is the one that it is there for. */
  readonly requirements: readonly [string, ...string[]];
  /** What the suite does, in one clause. */
  readonly sends: string;
  /** What the target must do then, in words that follow "the target must". */
  readonly must: string;
  readonly over: "udp" | "tcp" | "selection";
  readonly needs?: readonly NeededService[];
  /** Waits for a timer of the protocol: seconds. */
  readonly isSlow?: true;
  /** Puts the target under a load that others would feel. */
  readonly isAlone?: true;
}

/** The suite dials. */
export interface ListeningCase extends CaseFacts {
  readonly target: "listens";
  /** Resolves once the target has done what it must. @throws PeerError if it does something else, or nothing; Inconclusive */
  readonly run: (stage: CaseStage) => Promise<void>;
}

/** The target dials the suite. */
export interface DiallingCase extends CaseFacts {
  readonly target: "dials";
  /** Of the dialler. */
  readonly mode: TransportMode;
  readonly run: (stage: DialledStage) => Promise<void>;
}

export type ConformCase = ListeningCase | DiallingCase;

/** Nothing can be said: the named reason lies neither with what was asked nor with what came of it. */
export class Inconclusive extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "Inconclusive";
  }
}

/** @returns the section of the specification that a case stands in */
export function sectionOf({ id }: Pick<ConformCase, "id">): Section {
  return id.slice(0, id.indexOf("/")) as Section;
}

/** One sentence: what is sent, and what must happen. */
export function sentenceOf({ sends, must }: Pick<ConformCase, "sends" | "must">): string {
  return `${sends}; the target must ${must}`;
}
