import { describe, expect, test } from "vitest";
import { AdmissionTable } from "./admission.ts";

/** @returns the victims of so many arrivals, named `source#n` */
function arrive(table: AdmissionTable<string>, source: string, count: number, from = 0): (string | undefined)[] {
  return Array.from({ length: count }, (_, index) => table.admit(`${source}#${from + index}`, source));
}

describe("AdmissionTable", () => {
  // Requirement: T-17
  test("8 per source: limit - 1, limit, limit + 1", () => {
    const table = new AdmissionTable<string>();
    expect(arrive(table, "s", 8).every((victim) => victim === undefined)).toBe(true);
    expect(table.size).toBe(8);
    expect(arrive(table, "s", 1, 8)).toEqual(["s#0"]);
    expect(table.size).toBe(8);
  });

  // Requirement: T-17
  test("64 in all: the source that holds most loses its oldest", () => {
    const table = new AdmissionTable<string>();
    // Neither the first source nor the last, so that it is the number that counts.
    for (let source = 0; source < 30; source += 1) arrive(table, `s${source}`, 1);
    arrive(table, "big", 8);
    for (let source = 30; source < 55; source += 1) arrive(table, `s${source}`, 1);
    expect(table.size).toBe(63);
    expect(arrive(table, "y", 1)).toEqual([undefined]);
    expect(table.size).toBe(64);
    expect(arrive(table, "z", 1)).toEqual(["big#0"]);
    expect(table.size).toBe(64);
  });

  test("who is authenticated or gone frees its place, and sources are forgotten", () => {
    const table = new AdmissionTable<string>({ unauthenticated: 2, perSource: 2 });
    arrive(table, "a", 2);
    table.release("a#0");
    table.release("a#0");
    expect(table.size).toBe(1);
    expect(arrive(table, "b", 1)).toEqual([undefined]);
    table.release("a#1");
    table.release("b#0");
    expect([table.size, table.sources]).toEqual([0, 0]);
  });

  test("a connection admitted twice counts once", () => {
    const table = new AdmissionTable<string>();
    table.admit("x", "a");
    table.admit("x", "b");
    expect([table.size, table.sources]).toEqual([1, 1]);
  });
});
