import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runSimProcess } from "./sim-process.ts";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "sim-process-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function said(body: string, stillMs: number): ReturnType<typeof runSimProcess> {
  const path = join(folder, "world.mjs");
  writeFileSync(path, `const tell = (value) => console.log(JSON.stringify(value));\n${body}\n`);
  return runSimProcess({ path, plan: "{}", signal: new AbortController().signal, stillMs });
}

test("an endless loop is named with its line, and ended", async () => {
  const spins =
    "tell({ beatMs: 1_500 });\nsetTimeout(function spins() {\n  for (let n = 0; n >= 0; n = (n + 1) % 9) ;\n}, 10);";
  const startedMs = performance.now();
  expect(await said(spins, 1_500)).toEqual({
    stuck: {
      atMs: 1_500,
      doing: expect.stringMatching(/^runs \(\d+ % of a processor\), at\n +at .*spins .*world\.mjs:4:/) as unknown,
    },
  });
  expect(performance.now() - startedMs).toBeLessThan(20_000);
}, 60_000);

test("one that gets on is left alone, however long it takes; its beats are nobody's markers", async () => {
  const slow = `
    const marker = { atMs: 1, node: "a/selftest", text: "ok" };
    let beats = 0;
    const beat = setInterval(() => {
      tell({ beatMs: (beats += 1) });
      if (beats < 8) return;
      clearInterval(beat);
      tell(marker);
      tell({ failure: null, virtualMs: 9, traceHash: "t" });
    }, 300);`;
  expect(await said(slow, 1_500)).toEqual({
    markers: [{ atMs: 1, node: "a/selftest", text: "ok" }],
    last: { failure: null, virtualMs: 9, traceHash: "t" },
  });
}, 60_000);

test("one that throws ended early", async () => {
  await expect(said('throw new Error("no such node")', 60_000)).rejects.toMatchObject({
    code: "sim-run",
    message: expect.stringContaining("no such node") as unknown,
  });
});
