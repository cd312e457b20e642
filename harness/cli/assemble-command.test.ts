import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { assembleCommand } from "./assemble-command.ts";
import { ParsedArguments, type CommandIo } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "assemble-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const output = { write: () => undefined, isTTY: false } as unknown as CommandIo["stdout"];
const io: CommandIo = { stdout: output, stderr: output, environment: {}, signal: new AbortController().signal };
const assemble = (...words: readonly string[]) => assembleCommand.run(new ParsedArguments({}, words), io);

test("a page of assembler becomes a kernel; what is wrong is told with its line", async () => {
  const [source, out] = [join(folder, "k.s"), join(folder, "new/k.elf")];
  writeFileSync(source, "_start: j _start\n");
  expect(await assemble(source, out)).toBe(0);
  expect(readFileSync(out).subarray(0, 4)).toEqual(Buffer.from("\x7fELF", "latin1"));
  writeFileSync(source, "_start: fly\n");
  await expect(assemble(source, out)).rejects.toMatchObject({
    code: "assembler",
    message: expect.stringMatching(/line 1.*fly/) as unknown,
  });
  await expect(assemble(source)).rejects.toMatchObject({ code: "usage" });
  await expect(assemble(join(folder, "none.s"), out)).rejects.toMatchObject({ code: "usage" });
});
