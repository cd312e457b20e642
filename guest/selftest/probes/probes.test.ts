/** The places that list probes, checked against the probes themselves. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PROBE_NAMES } from "../../../contract/configuration.ts";
import { MARKERS } from "../../../contract/markers.ts";
import { projectRoot } from "../../../harness/host/project-root.ts";
import { PROBES } from "./index.ts";

const names = Object.keys(PROBES).sort();

test("the contract names each", () => {
  expect([...PROBE_NAMES].sort()).toEqual(names);
});

test("each is one file of its name", () => {
  const around = ["index.ts", "probe.ts", "probes.test.ts"];
  const files = readdirSync(import.meta.dirname).filter((file) => !around.includes(file));
  expect(files.sort()).toEqual(names.map((name) => `${name}.ts`));
});

test("the profile schema offers each", () => {
  const schema = readFileSync(`${projectRoot()}/harness/profiles/schema.ts`, "utf8");
  expect(schema).toContain("z.enum(PROBE_NAMES)");
});

test("docs/daemon.md names each", () => {
  const text = readFileSync(`${projectRoot()}/docs/daemon.md`, "utf8");
  for (const name of names) expect(text).toContain(`\`${name}\``);
});

test("no two earn the same marker", () => {
  const markers = Object.values(PROBES).flatMap(({ marker }) => (marker === undefined ? [] : [marker]));
  expect(new Set(markers).size).toBe(markers.length);
  for (const marker of markers) expect(Object.values(MARKERS)).toContain(marker);
});
