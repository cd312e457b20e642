import { expect, it } from "vitest";
import { otherFailures } from "./consequences.ts";

type Failure = Parameters<typeof otherFailures>[0][number];
const crash: Failure = { code: "crashed", detail: "TypeError" };
const unreached: Failure = { code: "exited", detail: '"bulk ok" never appeared' };
const against = (rule: string): Failure => ({ code: "contradicted", rule, detail: `${rule}: a: 3 of 4` });

it.each<[string, Failure, Failure, "also" | "follows"]>([
  ["a rung that a run did not come to", crash, unreached, "follows"],
  ["another machine's, after the first", unreached, { ...unreached, detail: "b" }, "follows"],
  ["a marker that was passed over", crash, { code: "missing", detail: "x" }, "also"],
  [
    "one that was awaited when something false was printed",
    { code: "out-of-order", detail: "" },
    { code: "missing", detail: "x" },
    "follows",
  ],
  ["how the processes ended, after a crash", crash, against("init-finished"), "follows"],
  ["what the process said of it", unreached, against("told-agrees"), "follows"],
  ["how the machine ended, after its death", { code: "stopped", detail: "" }, against("machine-ending"), "follows"],
  ["the same where nothing had ended", { code: "out-of-order", detail: "" }, against("told-agrees"), "also"],
  ["a rule of something else", crash, against("bulk-content"), "also"],
  ["any rule, where the records have holes", { code: "setup-failed", detail: "" }, against("two-witnesses"), "follows"],
  [
    "a second thing that is not known",
    { code: "setup-failed", detail: "" },
    { code: "setup-failed", detail: "x" },
    "also",
  ],
])("%s", (_, first, other, kind) => {
  const { also, follows } = otherFailures([first, other]);
  expect([also.length, follows.length]).toEqual(kind === "also" ? [1, 0] : [0, 1]);
});

it("says the same words once, and a rule's name once", () => {
  const { also, follows } = otherFailures([crash, against("pn-unique"), unreached, unreached]);
  expect(also).toEqual(["contradicted/pn-unique: a: 3 of 4"]);
  expect(follows).toEqual(['exited: "bulk ok" never appeared (2 times)']);
});

it("of nothing is nothing", () => {
  expect(otherFailures([])).toEqual({ also: [], follows: [] });
});
