import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseManifest } from "../../markers/manifest.ts";
import { loadProfile, profileNames } from "../../profiles/load.ts";
import { projectRoot } from "../../host/project-root.ts";
import { judgeEvidence } from "./judge-evidence.ts";
import { RULES } from "../rules/index.ts";
import { RULES_OF_THE_RUN } from "../rules/rule-texts.ts";

const NOTHING = { captures: [], sessionPort: 1, keys: [], counters: [], canary: "x", bulkBytes: 1, lossy: false };

/** Ids that the list of markers and the profiles name: what no run asks for is decoration. */
async function namedRules(): Promise<Set<string>> {
  const entries = parseManifest(await readFile(join(projectRoot(), "fixtures", "markers.toml"), "utf8"));
  const named = new Set(entries.flatMap(({ evidence }) => evidence));
  for (const name of profileNames()) {
    for (const rule of loadProfile(name).profile.evidence) named.add(rule);
  }
  for (const rule of Object.keys(RULES_OF_THE_RUN)) named.delete(rule);
  return named;
}

test("every rule that markers and profiles name exists, and every rule is used", async () => {
  const named = await namedRules();
  const ids = RULES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...named].filter((id) => !ids.includes(id))).toEqual([]);
  expect(RULES.filter(({ id, claims }) => claims === "named" && !named.has(id))).toEqual([]);
});

test("a marker that a profile brings along names its own rules; an unknown one is an error with the list", async () => {
  const marker = { id: "hello", node: "a", atMs: 0, line: "hello" };
  const findings = await judgeEvidence({ ...NOTHING, markers: [{ ...marker, evidence: ["no-tcp-payload"] }] });
  expect(findings.filter(({ marker: id }) => id === "hello")).toEqual([
    {
      ...{ rule: "no-tcp-payload", marker: "hello", node: "a" },
      ...{ finding: "contradicted", saw: "a: the capture is empty: 0 frames" },
    },
  ]);
  await expect(judgeEvidence({ ...NOTHING, markers: [{ ...marker, evidence: ["magic"] }] })).rejects.toMatchObject({
    code: "evidence-rule-unknown",
    hint: expect.stringContaining("datagram-size") as unknown,
  });
});

test("findings are never empty", async () => {
  expect((await judgeEvidence({ ...NOTHING, markers: [] })).length).toBeGreaterThan(0);
});
