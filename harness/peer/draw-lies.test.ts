import { describe, expect, test } from "vitest";
import { drawLies } from "./draw-lies.ts";
import { LIE_NAMES, LIES } from "./lies/index.ts";
import { IDENTITY_CHECKS } from "./lies/lie.ts";

const namesOver = (over: "udp" | "tcp") => LIE_NAMES.filter((name) => (LIES[name].over ?? "udp") === over);

describe.each(["udp", "tcp"] as const)("over %s", (over) => {
  test("all of them, each once, in an order that the seed decides", () => {
    const drawn = drawLies("a seed", "all", over);
    expect(drawn.toSorted()).toEqual(namesOver(over).toSorted());
    expect(drawLies("a seed", "all", over)).toEqual(drawn);
    expect(drawLies("another", "all", over)).not.toEqual(drawn);
  });

  test("a few: none that waits for the guest's timers, and every other one for some seed", () => {
    const drawn = new Set(Array.from({ length: 2_000 }, (_, seed) => drawLies(`${seed}`, 2, over)).flat());
    expect(drawn).toEqual(new Set(namesOver(over).filter((name) => LIES[name].isSlow !== true)));
    expect(drawLies("s", 2, over)).toHaveLength(IDENTITY_CHECKS.length + 2);
  });

  test("whatever the seed: each check of identity is shown", () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const shown = drawLies(`${seed}`, 1, over).flatMap((name) => LIES[name].shows ?? []);
      expect(new Set(shown)).toEqual(new Set(IDENTITY_CHECKS));
    }
  });

  test("a lie about who somebody is has no place of its own among the others", () => {
    const placesOf = (check: string): Set<number> => {
      const lists = Array.from({ length: 200 }, (_, seed) => drawLies(`${seed}`, 2, over));
      return new Set(lists.map((drawn) => drawn.findIndex((name) => LIES[name].shows === check)));
    };
    for (const check of ["proof", "peer-table"]) expect(placesOf(check).size).toBeGreaterThan(2);
  });
});

test("what the guest dials for comes first, and what makes it wait last of it", () => {
  const answered = drawLies("a seed", "all", "udp").filter((name) => LIES[name].by === "responder");
  expect(drawLies("a seed", "all", "udp").slice(0, answered.length)).toEqual(answered);
  expect(answered.at(-1)).toBe("answer-of-another-device");
});

test("there are at least 15 kinds", () => {
  expect(LIE_NAMES.length).toBeGreaterThanOrEqual(15);
});
