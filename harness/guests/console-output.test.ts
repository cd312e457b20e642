import { expect, it } from "vitest";
import { findForbidden } from "../markers/forbidden-pattern.ts";
import { LINUX_CRASHES, PROJECT_CLAIM } from "./console-output.ts";

it.each([
  ["[    1.234567] BUG: kernel NULL pointer dereference, address: 0000000000000008", "kernel bug"],
  ["[    9.000001][    T1] watchdog: BUG: soft lockup - CPU#0 stuck for 22s!", "kernel bug"],
  ["BUG: unable to handle page fault for address: ffffffffffffffe8", "kernel bug"],
  ["[    1.234570] Oops: 0000 [#1] PREEMPT SMP NOPTI", "kernel oops"],
  ["[    1.234570] Internal error: Oops: 96000004 [#1] SMP", "kernel oops"],
  ["Oops [#1]", "kernel oops"],
  ["SELFTEST: udp-sec[    2.000000] Kernel panic - not syncing: Attempted to kill init!", "kernel panic"],
  [
    "[    3.000000] traps: node[77] general protection fault ip:7f0 sp:7ff error:0 in libc.so.6",
    "general protection fault",
  ],
])("%s", (line, name) => {
  expect(findForbidden(line, LINUX_CRASHES)?.name).toBe(name);
});

it.each([
  "tests: 3 passed, no Oops: all fine",
  "app: known BUG: 17 is fixed",
  "see the chapter on Kernel panic - and how to avoid it",
  "docs: what a general protection fault is",
])("%s is no crash", (line) => {
  expect(findForbidden(line, LINUX_CRASHES)).toBeUndefined();
});

it("takes for a claim what begins as the project's markers do, and nothing else", () => {
  expect(["dsoftbusd: x", "dsoftbus:mux", "SELFTEST: y"].every((line) => PROJECT_CLAIM.test(line))).toBe(true);
  expect([" dsoftbus", "selftest: y", "init: dsoftbus"].some((line) => PROJECT_CLAIM.test(line))).toBe(false);
});
