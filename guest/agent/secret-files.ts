/** Files that hold secrets: the configuration has the identity's seed, the events may have session keys. */
import { closeSync, fchmodSync, fstatSync, openSync, readFileSync, statSync } from "node:fs";

const OWNER_ONLY = 0o600;
/** Anything that somebody else than the owner may do. */
const OTHERS = 0o077;

/** Opens a file to append to, readable for its owner alone, whether it was there or not. @throws the platform's error */
export function openPrivate(path: string): number {
  const file = openSync(path, "a", OWNER_ONLY);
  try {
    const stat = fstatSync(file);
    if (stat.isFile() && (stat.mode & OTHERS) !== 0) fchmodSync(file, OWNER_ONLY);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

export interface SecretText {
  readonly text: string;
  /** Its permissions in octal if others than the owner may read it; undefined: all is well. */
  readonly readableMode: string | undefined;
}

/** @throws the platform's error */
export function readSecret(path: string): SecretText {
  const { mode } = statSync(path);
  const isPrivate = (mode & OTHERS) === 0;
  return { text: readFileSync(path, "utf8"), readableMode: isPrivate ? undefined : (mode & 0o777).toString(8) };
}
