import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../harness/host/project-root.ts";
import { MUTATION_ROOMS } from "./mutation-rooms.ts";

const CORE = "guest/core";

it("are all folders of the core that hold code, each once", () => {
  const files = readdirSync(join(projectRoot(), CORE), { recursive: true, encoding: "utf8" });
  const folders = files.flatMap((file) => /^(?:(.*)\/)?[^/]+(?<!\.test|\.fixture)\.ts$/.exec(file)?.slice(1) ?? []);
  const patterns = [...new Set(folders)].map((folder = "") => join(CORE, folder, "*.ts"));
  expect(MUTATION_ROOMS.flatMap(({ code }) => code).sort()).toEqual(patterns.sort());
});

it("have names of their own", () => {
  expect(new Set(MUTATION_ROOMS.map(({ name }) => name)).size).toBe(MUTATION_ROOMS.length);
});

it("ask for more where keys are handled", () => {
  const strict = MUTATION_ROOMS.filter(({ minimumPercent }) => minimumPercent === 95);
  expect(strict.map(({ name }) => name)).toEqual(["noise", "crypto", "identity"]);
  expect(MUTATION_ROOMS.every(({ minimumPercent }) => minimumPercent >= 85)).toBe(true);
});
