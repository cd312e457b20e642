/**
 * An attack on the stack, and the one place that withstands it.
 *
 * Every attack runs twice. Against the stack as it is it must win nothing. Against a twin of the stack in which the one defence is
 * taken out it must win, which shows that the attack is real and that it is this defence that stops it; and no other attack may win
 * against that twin, which shows that the defences don't hang on one another.
 */
export interface Attack {
  /** In kebab-case, unique. */
  readonly id: string;
  /** What the attacker is after, in one sentence. */
  readonly aim: string;
  /** What the specification says against it: file and anchor. */
  readonly rule: `${string}.md#${string}`;
  readonly defence: Defence;
  /** @returns what the attacker has won, in words; undefined if it won nothing */
  readonly run: () => string | undefined;
}

/** Text of a source file, and what stands there in the twin. */
export interface Defence {
  /** From the project's root. */
  readonly file: string;
  /** Occurs exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** What every attack won in one run of all of them; `null`: nothing. */
export type Spoils = Readonly<Record<string, string | null>>;
