/** The models and what is said of them belong together. What they show is the stage `model` of scripts/test.sh. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";
import { readProject } from "../requirements/read-project.ts";
import { rulesIn } from "../requirements/requirements.ts";
import { allChecks, MODELS } from "./models.ts";
import { readSearchReport } from "./search-report.ts";

const folder = join(projectRoot(), "docs/model");
const files = readdirSync(folder).filter((file) => file.endsWith(".pml"));
const textOf = (file: string): string => readFileSync(join(folder, file), "utf8");
const found = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name))].sort();

it("each file of docs/model is a model, and each model a file", () => {
  expect(files.sort()).toEqual(MODELS.map(({ name }) => `${name}.pml`).sort());
});

describe.each(MODELS)("the model $name", ({ name, properties }) => {
  const text = textOf(`${name}.pml`);
  const checks = allChecks().filter(({ model }) => model === name);

  it("has each of its properties checked", () => {
    expect(found(text, /^ltl (\w+)/gm)).toEqual(properties.map(({ name: property }) => property).sort());
  });

  it("has each of its broken models violate a property", () => {
    const used = checks.filter(({ expected }) => expected === "violated").flatMap(({ defines }) => defines);
    expect(found(text, /\b(BROKEN_\w+)/g)).toEqual([...new Set(used)].sort());
  });

  it("has no property that nothing violates", () => {
    for (const { name: property } of properties) {
      const violated = checks.filter((check) => check.property === property && check.expected === "violated");
      expect(violated.length, property).toBeGreaterThan(0);
    }
  });
});

describe("docs/model/README.md", () => {
  const text = textOf("README.md");

  it("tells every property", () => {
    const told = found(text, /`(?:\w+\/)?(\w+)`/g);
    for (const { properties } of MODELS) for (const { name } of properties) expect(told).toContain(name);
  });

  it("and the models name rules that the specification has", () => {
    const known = readProject(projectRoot()).documents.flatMap((document) => rulesIn(document).map(({ id }) => id));
    const named = ["README.md", ...files].flatMap((file) => found(textOf(file), /\b([A-Z]{1,2}-\d+)\b/g));
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((id) => !known.includes(id))).toEqual([]);
  });
});

describe("a verifier's report", () => {
  const report = (errors: number, more = ""): string =>
    `(Spin Version 6.5.2)\n${more}State-vector 84 byte, depth reached 219, errors: ${errors}\n    88040 states, stored\n`;

  it("tells whether the property holds, and over how many states", () => {
    expect(readSearchReport(report(0))).toEqual({ found: "holds", states: 88_040 });
    expect(readSearchReport(report(1))).toEqual({ found: "violated", states: 88_040 });
  });

  it("of a search that was cut short proves nothing but what it found", () => {
    for (const cut of [
      "error: max search depth too small\n",
      "pan: reached -DMEMLIM bound\n",
      "Warning: Search not completed\n",
    ]) {
      expect(readSearchReport(report(0, cut))).toBeUndefined();
      expect(readSearchReport(report(1, cut))?.found).toBe("violated");
    }
  });

  it("that is none gives no verdict", () => {
    expect(readSearchReport("")).toBeUndefined();
    expect(readSearchReport("pan: error: too many processes")).toBeUndefined();
  });
});
