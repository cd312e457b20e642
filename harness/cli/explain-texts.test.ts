import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isVerdictCode } from "../markers/verdict-codes.ts";
import { projectRoot } from "../host/project-root.ts";
import { GUEST_TEXTS } from "./explain-guest-texts.ts";
import { ERROR_TEXTS } from "./explain-texts.ts";

/** Whose errors a command or a verdict may quote. */
const ROOMS = ["harness", "images", "contract/impairment"];
/** `new HarnessError("code", ...)`, a class with one code, and a union of codes. */
const THROWN = /new (?:Harness|Setup|Qmp)Error\(\s*"([a-z]+(?:-[a-z]+)*)"/g;
const OF_CLASS = /readonly code = "([^"]+)"/g;
const UNION = /export type \w+ErrorCode =([^;]+);/g;

function codesIn(source: string): string[] {
  const inUnions = [...source.matchAll(UNION)].flatMap(([, members = ""]) => [...members.matchAll(/"([^"]+)"/g)]);
  return [...source.matchAll(THROWN), ...source.matchAll(OF_CLASS), ...inUnions].map(([, code = ""]) => code);
}

test("every code of an error that the sources throw is explained, and no other", () => {
  const sources = ROOMS.flatMap((room) =>
    readdirSync(join(projectRoot(), room), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .map((name) => readFileSync(join(projectRoot(), room, name), "utf8")),
  );
  const codes = new Set(sources.flatMap(codesIn).filter((code) => !isVerdictCode(code)));
  expect([...codes]).toEqual(expect.arrayContaining(["usage", "qmp-refused", "machine-start", "kernel-unavailable"]));
  expect(Object.keys(ERROR_TEXTS).sort()).toEqual([...codes].sort());
});

test("so is every code of the bus that a guest's events carry", () => {
  const source = readFileSync(join(projectRoot(), "guest/bus/sessions/bus-error.ts"), "utf8");
  const codes = [...source.matchAll(/\| "([A-Z_]+)"/g)].map(([, code = ""]) => code);
  expect(codes).toContain("BUS_CLOSED");
  expect(
    Object.keys(GUEST_TEXTS)
      .filter((code) => code.startsWith("BUS_"))
      .sort(),
  ).toEqual(codes.sort());
});
