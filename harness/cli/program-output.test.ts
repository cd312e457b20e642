/** The last gate: nothing that a terminal obeys leaves a program of the harness, but what the harness itself has to tell one. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import { HOSTILE, obeyedIn } from "../console/obeyed-characters.fixture.ts";
import { projectRoot } from "../host/project-root.ts";
import { HOST_CASES } from "../chaos/host-cases.ts";
import { programOutput } from "./program-output.ts";

const folder = mkdtempSync(join(tmpdir(), "program-output-"));
afterAll(() => rmSync(folder, { recursive: true }));
/** No argument can hold NUL; what begins lines anew may pass. */
const WORD = HOSTILE.replaceAll(/[\0\r]/g, "");
const PROGRAM_MS = 60_000;

function through(text: string): string {
  const stream = new PassThrough();
  programOutput(stream as unknown as NodeJS.WriteStream).write(text);
  return String(stream.read());
}

function run(entry: string, ...words: string[]): { readonly stdout: string; readonly stderr: string } {
  const command = ["scripts/run.mjs", entry, ...words];
  return spawnSync(process.execPath, command, { cwd: projectRoot(), encoding: "utf8", timeout: PROGRAM_MS });
}

describe("output of a program", () => {
  it("holds no control character and no mark of direction", () => {
    expect(obeyedIn(through(HOSTILE).replaceAll("\r", ""))).toEqual([]);
    expect(through(HOSTILE)).toMatch(/^<[é\r]+>$/);
  });

  it("begins lines anew and has colours, as the harness asks, and knows no other sequence", () => {
    expect(through("\r\u001b[K\u001b[32mok\u001b[0m\n")).toBe("\r\u001b[K\u001b[32mok\u001b[0m\n");
    expect(through("\u001b[2J\u001b]0;title\u0007\u001bc\u009b2K")).toBe("[2J]0;titlec2K");
  });

  it.each([
    ["udpsec, of a code that nobody knows", "harness/cli/main.ts", ["explain", WORD]],
    ["sabotage, of a name that nobody knows", "harness/sabotage/main.ts", ["--only", WORD]],
  ])(
    "is what %s complains with",
    (_, entry, words) => {
      const { stderr } = run(entry, ...words);
      expect(stderr).toContain("éé");
      expect(obeyedIn(stderr)).toEqual([]);
    },
    PROGRAM_MS,
  );

  it(
    "is what udpsec shows of a run",
    () => {
      const rungs: unknown[] = [];
      for (const [name, detail] of [
        ["good", "fine"],
        ["bad", HOSTILE],
      ] as const) {
        const summary = { profile: "p", seed: "s", passed: false, code: name, detail, scale: 1, rungs, nodes: [] };
        spawnSync("mkdir", [join(folder, name)]);
        writeFileSync(join(folder, name, "summary.json"), JSON.stringify(summary));
      }
      const { stdout } = run("harness/cli/main.ts", "compare", join(folder, "good"), join(folder, "bad"));
      expect(stdout).toContain("bad: <é");
      expect(obeyedIn(stdout.replaceAll("\r", ""))).toEqual([]);
    },
    PROGRAM_MS,
  );

  it(
    "is what chaos shows of a command that it ran",
    () => {
      const cli = join(folder, "hostile.mjs");
      const text = JSON.stringify(HOSTILE);
      writeFileSync(
        cli,
        `import { mkdirSync } from "node:fs"; mkdirSync(process.env.UDPSEC_CACHE, { recursive: true }); console.log(${text});`,
      );
      const { stdout } = run("harness/chaos/main.ts", "--cli", cli, "--case", HOST_CASES[0]?.name ?? "", "--verbose");
      expect(stdout).toContain("| <é");
      expect(obeyedIn(stdout.replaceAll("\r", ""))).toEqual([]);
    },
    PROGRAM_MS,
  );
});
