/** Real machines with a process that never comes to an end: what is said of it before the machine is ended. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../host/project-root.ts";
import { playProfile } from "./played-profile.fixture.ts";

const profile = readFileSync(join(projectRoot(), "fixtures/profiles/udp-sec.toml"), "utf8").replaceAll(
  'budget = "45s"',
  'budget = "8s"',
);

/** A deadline of 100 s, and what is asked after it, of a host that has no time. */
const TEST_MS = 400_000;

describe.each([
  ["selftest", "guest/selftest/probes/bulk.ts", "endless-bulk.ts", "spinForEver"],
  ["dsoftbusd", "guest/services/control/control-server.ts", "endless-control.ts", "lookAgain"],
])("an endless loop in %s", (guilty, module, by, name) => {
  it(
    "is named before the machine is ended, with the line of the TypeScript; who waits for it is told apart",
    { timeout: TEST_MS },
    async () => {
      const agents = "harness/sabotage/agents";
      const { failures, doing } = await playProfile(profile, {}, { replace: { [module]: `${agents}/${by}` } });
      expect(failures[0]?.code).toMatch(/^(?:hung|silent|timed-out)$/);
      const [spinning, ...more] = doing;
      expect(spinning?.process).toBe(`a/${guilty}`);
      expect(spinning?.trace[0]).toMatch(/^runs \(\d+ % of a processor\), at$/);
      const source = readFileSync(join(projectRoot(), agents, by), "utf8").split("\n");
      const line = source.findIndex((text) => text.includes("turns = (turns + 1)")) + 1;
      expect(spinning?.trace[1]).toMatch(new RegExp(`^    at ${name} \\(${agents}/${by}:${line}:\\d+\\)$`));
      expect(more.at(-1)).toEqual({ process: "a/processor-0", trace: [expect.stringMatching(/in a process: 0x/)] });
      // The other one waits for it, unless it has given up.
      const [other] = more.slice(0, -1);
      if (guilty === "dsoftbusd" && other === undefined) return;
      expect(other?.trace[0]).toMatch(/^waits in the kernel's \w*epoll/);
    },
  );
});
