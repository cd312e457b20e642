import { expect, test } from "vitest";
import { findDoubles } from "./exported-names.ts";

test("a name that two files export is found, of whatever kind", () => {
  const sources = [
    {
      path: "a.ts",
      text: "export interface Inbound { x: 1 }\nexport const LIMIT = 1;\nfunction local() {}",
    },
    {
      path: "b.ts",
      text: "/** Doc. */\nexport class Inbound {}\nexport function LIMIT() {}\nexport function local() {}",
    },
    { path: "c.ts", text: "export type { Inbound } from './a.ts';\ninterface LIMIT { y: 1 }" },
  ];
  expect(findDoubles(sources)).toEqual([
    { name: "Inbound", paths: ["a.ts", "b.ts"] },
    { name: "LIMIT", paths: ["a.ts", "b.ts"] },
  ]);
});

test("a double that says why it is one is none; overloads in one file are none", () => {
  const sources = [
    { path: "a.ts", text: "export function open(): void;\nexport function open(x?: number): void {}" },
    { path: "b.ts", text: "// Same name as in a.ts: both open, and no file needs both.\nexport function open() {}" },
    { path: "c.ts", text: "export const open2 = 1;" },
  ];
  expect(findDoubles(sources)).toEqual([]);
  const unexplained = { path: "d.ts", text: "// Same name as in a.ts:\nexport function open() {}" };
  expect(findDoubles([...sources, unexplained])).toEqual([{ name: "open", paths: ["a.ts", "d.ts"] }]);
});
