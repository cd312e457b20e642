/** Ephemeral keys, hex, of the runs before this one: none of them may come again. */
export interface RememberedKeys {
  earlier(): readonly string[];
  /** Keys of this run. */
  remember(keys: readonly string[]): void;
}
