/** What is said of the nodes of a run that is out of time, and that it is asked before they are ended. */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type HandMachine, playTwo, TWO_NODES } from "./hand-machine.fixture.ts";

const SPINNING = "stacks begin\nstacks process selftest R 60 62 0\nstacks process dsoftbusd S 0 62 do_epoll_wait\n";
const toml = TWO_NODES.replaceAll(/budget = "\d+s"/g, 'budget = "300ms"');

/** Its init answers what is typed. */
function answering(machine: HandMachine | undefined, answer: string, then: () => void = () => undefined): void {
  if (machine === undefined) return;
  const { running } = machine;
  const type = running.type?.bind(running);
  Object.assign(running, {
    type: (bytes: Uint8Array) => {
      type?.(bytes);
      appendFileSync(running.initLogPath, answer);
      then();
    },
  });
}

it("names what processes do, those that spin first, and processors, before the machines are ended", async () => {
  const { result, calls } = await playTwo(toml, (machines) => {
    answering(machines.get("a"), `${SPINNING}stacks end\n`);
    answering(machines.get("b"), "stacks begin\nstacks end\n");
    const a = machines.get("a");
    if (a !== undefined) Object.assign(a.running, { registers: async () => "CPU#0\nRIP=10 CPL=3 HLT=0\n" });
  });
  expect(result.code).toBe("silent");
  expect(result.doing).toEqual([
    {
      process: "a/selftest",
      trace: [
        "runs (97 % of a processor), outside of JavaScript or in a call that doesn't return: its inspector did not answer",
      ],
    },
    {
      process: "a/dsoftbusd",
      trace: ["waits in the kernel's do_epoll_wait (0 % of a processor), and its inspector did not answer"],
    },
    { process: "a/processor-0", trace: ["4 of 4 times in a process: 0x10"] },
  ]);
  expect(calls.slice(0, 2).sort()).toEqual(["type stacks\r a", "type stacks\r b"]);
  expect(calls.slice(2).sort()).toEqual(["stop a", "stop b"]);
  const summary = readFileSync(join(result.artifactsFolder, "summary.json"), "utf8");
  expect(JSON.parse(summary)).toMatchObject({ doing: result.doing });
});

it("who does not answer is waited for a few seconds, and named", async () => {
  const startedMs = performance.now();
  const { result } = await playTwo(toml, (machines) => {
    answering(machines.get("a"), `${SPINNING}stacks end\n`);
    answering(machines.get("b"), "");
  });
  expect(performance.now() - startedMs).toBeLessThan(12_000);
  expect(result.doing.at(-1)).toEqual({
    process: "b/init",
    trace: ["was asked what its processes do, and did not answer in time"],
  });
}, 30_000);

it("a user who wants out waits for nobody", async () => {
  const user = new AbortController();
  const startedMs = performance.now();
  const play = { signal: user.signal };
  const { result } = await playTwo(
    toml,
    (machines) => {
      answering(machines.get("a"), "", () => user.abort("SIGINT"));
      answering(machines.get("b"), "");
    },
    play,
  );
  expect(performance.now() - startedMs).toBeLessThan(4_000);
  expect(result.code).toBe("silent");
});

it("a run that fails for another reason is not asked", async () => {
  const { result, calls } = await playTwo(toml, (machines) => machines.get("a")?.line("Kernel panic - not syncing"));
  expect([result.code, result.doing]).toEqual(["crashed", []]);
  expect(calls.filter((call) => call.startsWith("type"))).toEqual([]);
});
