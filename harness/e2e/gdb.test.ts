/** A real machine in a real debugger, in real terminals; and the machine of a run once more by itself. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findProgram } from "../host/host-tool.ts";
import { hasTmux, Terminals } from "./tmux.fixture.ts";

const BOOT_MS = 240_000;
const ANSWER_MS = 60_000;
const TEST_MS = 900_000;

describe.skipIf(!(await hasTmux()) || findProgram("gdb") === undefined)("a machine in a debugger", () => {
  let terminals: Terminals;
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "in-gdb-"));
    terminals = new Terminals();
    for (const name of ["run", "gdb"]) terminals.open(name, { LOG_DIR: folder });
  });
  afterAll(() => {
    terminals.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    "stands before its first instruction until gdb says continue, and starts again by its own script",
    { timeout: TEST_MS },
    async () => {
      terminals.press("run", './scripts/udpsec test --profile foreign --gdb; echo "status $?"', "Enter");
      const said = await terminals.see("run", /until gdb says continue: .*'target remote \S+\/gdb'/, BOOT_MS);
      const [, command = ""] = /until gdb says continue: +(gdb .*\/gdb')/.exec(said) ?? [];
      // The line of progress names the rung that is awaited; none is reached.
      expect(said).not.toMatch(/ok +[\d.]+ s .*foreign: up/);
      terminals.press("gdb", command, "Enter");
      // Where x86 begins: nothing has run.
      await terminals.see("gdb", /0x0+fff0 in /, ANSWER_MS);
      terminals.press("gdb", "continue", "Enter");
      expect(await terminals.see("run", /status \d+/, BOOT_MS)).toMatch(/passed {2}foreign[^]*status 0\n/);
      terminals.press("run", "clear", "Enter");
      terminals.press("run", `sh ${folder}/latest/a-qemu.sh; echo "status $?"`, "Enter");
      expect(await terminals.see("run", /status \d+/, BOOT_MS)).toMatch(/foreign: done[^]*status 0\n/);
    },
  );
});
