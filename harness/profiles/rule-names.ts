/** The names of rules of evidence that markers and profiles may write. */
import { RULE_TEXTS } from "../evidence/rules/rule-texts.ts";
import { suggestion } from "../../contract/nearest-name.ts";

export function isRule(name: string): boolean {
  return Object.hasOwn(RULE_TEXTS, name);
}

/** @returns a sentence that names the nearest rule */
export function unknownRule(name: string): string {
  return `no rule of evidence ${name}${suggestion(name, Object.keys(RULE_TEXTS))}`;
}
