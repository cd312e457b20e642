import { expect, it } from "vitest";
import { parseInitReport } from "./init-report.ts";
import { isOfStacks, readStacks } from "./stacks-report.ts";

const TOLD = [
  "udpsec-init 1",
  "fact up_s 1.0",
  "stacks begin",
  "stacks process old R 1 1 0",
  "stacks end",
  "stacks begin",
  "stacks process dsoftbusd S 3 62 do_epoll_wait",
  "stacks process selftest R 54 62 0",
  "stacks said dsoftbusd ",
  "stacks said selftest SFRUUA==",
  "stacks end",
  "",
];

it("the last answer counts, and what is no line of it is skipped", () => {
  expect(readStacks(TOLD.join("\n"))).toEqual({
    complete: true,
    processes: [
      { source: "dsoftbusd", state: "S", busy: 3 / 62, wchan: "do_epoll_wait", said: undefined },
      {
        source: "selftest",
        state: "R",
        busy: 54 / 62,
        wchan: undefined,
        said: { stack: undefined, resources: undefined },
      },
    ],
  });
  expect(readStacks("stacks begin\nstacks process a b c\nanything\n")).toEqual({ complete: false, processes: [] });
  expect(readStacks(TOLD.slice(0, 2).join("\n"))).toBeUndefined();
});

it("a guest that names thousands of processes has 64", () => {
  const many = Array.from({ length: 5_000 }, (_, index) => `stacks process p${index} S 0 10 0`);
  expect(readStacks(["stacks begin", ...many].join("\n"))?.processes).toHaveLength(64);
});

it("stands in a report of init without being a part of it", () => {
  const { facts, complete } = parseInitReport([...TOLD.slice(0, -1), "fact agent_status 0", "done", ""].join("\n"));
  expect([[...facts.keys()], complete]).toEqual([["up_s", "agent_status"], true]);
  expect(isOfStacks("stacks beginning")).toBe(false);
});
