import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { nearestName } from "../../../contract/nearest-name.ts";

/** A file that somebody named: its text, or why there is none, with the nearest file in that folder. */
export type NamedText =
  { readonly text: string } | { readonly problem: string; readonly near?: string | undefined; readonly cause: unknown };

export function readNamedText(path: string): NamedText {
  try {
    return { text: readFileSync(path, "utf8") };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    if (code !== "ENOENT") return { problem: `${path} can't be read (${code})`, cause };
    const folder = dirname(path);
    const near = existsSync(folder) ? nearestName(basename(path), readdirSync(folder)) : undefined;
    return { problem: `there is no file ${path}`, near: near === undefined ? undefined : join(folder, near), cause };
  }
}
