import { expect, test } from "vitest";
import { testAgain } from "./test-again.ts";

test("the command that runs a test again names that test, whatever it is called", () => {
  expect(testAgain("a/b.test.ts", "boots")).toBe("npx vitest run a/b.test.ts -t boots");
  expect(testAgain("my tests.ts", "costs $HOME (really), doesn't it?")).toBe(
    String.raw`npx vitest run 'my tests.ts' -t 'costs \$HOME \(really\), doesn'\''t it\?'`,
  );
});
