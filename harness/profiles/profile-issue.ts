/** What is wrong with a profile, and where. */
export interface ProfileIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export type Report = (path: readonly PropertyKey[], message: string) => void;
