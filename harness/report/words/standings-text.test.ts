import { expect, it } from "vitest";
import { formatStandings } from "./standings-text.ts";

it("what is denied is told where there is any, and has no word where there is none", () => {
  const others = { confirmed: 5, guestsWord: 1, nothingToJudge: 0 };
  expect(formatStandings({ ...others, denied: 0 })).toBe("confirmed 5, guest's word 1, nothing to judge 0");
  expect(formatStandings({ ...others, denied: 2 })).toBe("confirmed 5, denied 2, guest's word 1, nothing to judge 0");
  // As an older version wrote it.
  expect(formatStandings(others)).toBe("confirmed 5, guest's word 1, nothing to judge 0");
});
