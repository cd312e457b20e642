/** What a shell has to know to complete a command line. */

/** What a word of a command line may be: one of few, or a thing that a shell knows where to look for. */
export type WordKind = readonly string[] | "file" | "folder" | "run" | "profile";

export interface CompletedOption {
  /** With its dashes. */
  readonly name: string;
  readonly help: string;
  /** Undefined: it takes none. */
  readonly value: CompletedValue | undefined;
  readonly isRepeatable: boolean;
}

export interface CompletedValue {
  /** What the help calls it. */
  readonly called: string;
  /** Undefined: a shell can't know. */
  readonly kind: WordKind | undefined;
  /** `WORD=FILE` is one, too. */
  readonly mayNameFile: boolean;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** What its arguments are; undefined: there are none, or a shell can't know. */
  readonly takes: WordKind | undefined;
}

/** What is complete only when it is looked for. */
export interface CompletionPlaces {
  /** Where runs are if LOG_DIR doesn't say: absolute, or relative to the current folder. */
  readonly runsFolder: string;
  /** Names. */
  readonly profiles: readonly string[];
}
