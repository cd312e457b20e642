import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Folders in folders: more than any manifest has. */
const MAX_SEGMENTS = 8;

/** @returns what is wrong with a pattern, or undefined */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.startsWith("/")) return "a pattern begins at the manifest's folder, not at /";
  if (pattern.split("/").length > MAX_SEGMENTS) return `a pattern has ${MAX_SEGMENTS} parts at most`;
  if (/\*\*|[[\]{}]/.test(pattern)) return "a pattern knows * and ?, within one name";
  return undefined;
}

/** @param pattern with `*` and `?`, from a folder @returns the files that fit, in the order of their names, from that folder */
export function filesOfPattern(folder: string, pattern: string): string[] {
  let found = [""];
  for (const segment of pattern.split("/")) {
    found = found.flatMap((path) => namesThatFit(join(folder, path), segment).map((name) => join(path, name)));
  }
  return found.filter((path) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile() === true).sort();
}

function namesThatFit(folder: string, segment: string): string[] {
  if (!/[*?]/.test(segment)) return existsSync(join(folder, segment)) ? [segment] : [];
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  const literal = segment.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const fits = new RegExp(`^${literal.replaceAll("*", "[^/]*").replaceAll("?", "[^/]")}$`);
  return readdirSync(folder).filter((name) => fits.test(name) && (!name.startsWith(".") || segment.startsWith(".")));
}
