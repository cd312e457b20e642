/**
 * What some guest prints is known where that guest is described, and nowhere else in the harness: a line of Linux, of Node, of firmware or of
 * our init in another room would be a rule for all guests.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";

/** Descriptions of guests; and rooms that play or break a guest of ours on purpose. */
const ALLOWED = ["guests/", "sabotage/", "chaos/", "peer/", "e2e/"];
/** Parts of lines, as they may stand in strings and patterns. */
const OF_GUESTS = [
  ...["^init: ", '"init: ', "Kernel panic", "segfault", "Segmentation", "Out of memory", "oom-killer", "Oops", "BUG: "],
  ...["FATAL ERROR", "nhandled", "ncaught", "Booting from", "SeaBIOS", "OpenSBI", "U-Boot", "autoboot"],
  ...["ttyS0", "ttyAMA0", "PEER: ", "foreign: ", "\\.\\d{6}"],
];
/** Words that tell a reader of such a line, and match none. */
const TOLD = ["harness/markers/verdict-codes.ts", "harness/evidence/marker-record.ts"];

/** @returns literals of a source: comments are for people */
function literalsOf(source: string): string[] {
  const code = source.replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "");
  return code.match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/(?:[^/\\\n]|\\.)+\/[a-z]*/g) ?? [];
}

function foundIn(path: string): string[] {
  const literals = literalsOf(readFileSync(join(projectRoot(), path), "utf8"));
  // A template's parts in braces are code.
  const texts = literals.map((literal) => literal.replace(/\$\{[^}]*\}/g, ""));
  return texts.flatMap((text) =>
    OF_GUESTS.filter((part) => text.includes(part)).map((part) => `${path}: ${part} in ${text.slice(0, 60)}`),
  );
}

it("no room but the guests' own knows what a guest prints", () => {
  const paths = readdirSync(join(projectRoot(), "harness"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !/\.(?:test|fixture)\.ts$/.test(path))
    .filter((path) => !ALLOWED.some((room) => path.startsWith(room)))
    .map((path) => `harness/${path}`)
    .filter((path) => !TOLD.includes(path));
  expect(paths.length).toBeGreaterThan(200);
  expect(paths.flatMap(foundIn)).toEqual([]);
});

it("and this would see one that did", () => {
  expect(literalsOf("// /^init: / is told here\nconst SIGN = /^init: /;")).toEqual(["/^init: /"]);
  expect(foundIn("harness/guests/udpsec-guest.ts").length).toBeGreaterThan(0);
});
