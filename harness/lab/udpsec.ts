/** What the package `udpsec` gives: the lab, where its files are that are only read, and what its rules of evidence say. */
export { RULE_TEXTS as evidenceRules } from "../evidence/rules/rule-texts.ts";
export { packageAssets } from "../host/package-assets.ts";
export * from "./index.ts";
