import { HarnessError } from "../../host/harness-error.ts";
import { suggestion } from "../../../contract/nearest-name.ts";
import { sectionOf, type ConformCase } from "../stage/conform-case.ts";
import { SECTION_ORDER } from "../stage/sections.ts";

export interface CaseChoice {
  /** Sections, ids, or globs of ids; empty: all. */
  readonly only: readonly string[];
  /** Leaves out what waits for a timer of the protocol. */
  readonly isQuick: boolean;
}

/** @throws HarnessError `usage` if a pattern names nothing */
export function chooseCases<Case extends ConformCase>(cases: readonly Case[], { only, isQuick }: CaseChoice): Case[] {
  for (const pattern of only) {
    if (cases.some((one) => isMeant(one, pattern))) continue;
    const names = [...SECTION_ORDER, ...cases.map(({ id }) => id)];
    throw new HarnessError(
      "usage",
      `no case is meant by ${pattern}${suggestion(pattern, names)}`,
      "udpsec conform --list",
    );
  }
  const meant = only.length === 0 ? cases : cases.filter((one) => only.some((pattern) => isMeant(one, pattern)));
  return meant.filter(({ isSlow }) => !isQuick || isSlow !== true);
}

/** @param pattern a section, an id, or a glob of ids */
export function isMeant(one: ConformCase, pattern: string): boolean {
  const section = sectionOf(one);
  if (section === pattern || section.startsWith(`${pattern}.`)) return true;
  const [first = "", ...parts] = pattern.split("*");
  if (!one.id.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of parts.entries()) {
    // The last one ends the id, the others stand wherever they come next.
    const found = index === parts.length - 1 ? one.id.length - part.length : one.id.indexOf(part, at);
    if (found < at || !one.id.startsWith(part, found)) return false;
    at = found + part.length;
  }
  return at === one.id.length;
}
