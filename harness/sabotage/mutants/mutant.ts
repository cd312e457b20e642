/** A copy of our own daemon that breaks one rule: the text of one module is changed in one place. */
export interface Mutant {
  /** Kebab-case, unique; what it does, without a subject. */
  readonly name: string;
  /** Relative to the project. */
  readonly module: string;
  /** Found exactly once in the module. */
  readonly find: string;
  readonly by: string;
  /** The rule that it breaks: each case of `fails` names it. */
  readonly rule: string;
  /** Cases that must fail. */
  readonly fails: readonly [string, ...string[]];
  /** Cases that may fail beside, since they stand on the broken rule: by id or glob of ids, why. Any other failure is one too many. */
  readonly dependent?: Readonly<Record<string, string>>;
}
