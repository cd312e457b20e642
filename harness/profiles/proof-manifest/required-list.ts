import { suggestion } from "../../../contract/nearest-name.ts";
import { HarnessError } from "../../host/harness-error.ts";
import { manifestText } from "./manifest-text.ts";

/** What a line of the list may not name, and why; undefined: it may. */
export type Objection = (literal: string) => string | undefined;

/**
 * The markers that must come: one a line, to the letter; empty lines and lines that begin with `#` are none.
 *
 * @param known the markers of the manifest
 * @throws HarnessError `proof-manifest-invalid` with file and line of each that can't be required
 */
export function readRequiredList(path: string, known: readonly string[], objection: Objection): string[] {
  const lines = manifestText(path, "a list of markers").split(/\r?\n/);
  const required = new Map<string, number>();
  const problems: string[] = [];
  lines.forEach((literal, at) => {
    if (literal.trim() === "" || literal.startsWith("#")) return;
    const earlier = required.get(literal);
    const problem =
      earlier === undefined ? problemOf(literal, known, objection) : `is there twice, first in line ${earlier}`;
    if (problem !== undefined) problems.push(`${path}:${at + 1}: "${literal}" ${problem}`);
    else required.set(literal, at + 1);
  });
  if (problems.length === 0 && required.size === 0) problems.push(`${path}:1: nothing is required`);
  if (problems.length === 0) return [...required.keys()];
  throw new HarnessError(
    "proof-manifest-invalid",
    problems.join("\n"),
    "one marker of the manifest a line, to the letter",
  );
}

function problemOf(literal: string, known: readonly string[], objection: Objection): string | undefined {
  if (!known.includes(literal)) return `is no marker of the manifest${suggestion(literal, known)}`;
  return objection(literal);
}
