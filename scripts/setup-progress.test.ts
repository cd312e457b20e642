/** What set-up says while it waits, in a checkout with an npm that takes its time. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { expect, it, onTestFinished } from "vitest";
import { projectRoot } from "../harness/host/project-root.ts";

const INSTALLING = "udpsec: npm packages: installing (not installed yet)";

/** @param npm what stands for it, for bash */
async function setUp(
  npm: string,
  isTerminal: boolean,
  times = 1,
): Promise<{ all: string; status: number | undefined }> {
  const folder = mkdtempSync(join(tmpdir(), "udpsec-setup-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ["scripts", "bin"]) mkdirSync(join(folder, name));
  const script = join(folder, "scripts/setup.sh");
  copyFileSync(join(projectRoot(), "scripts/setup.sh"), script);
  writeFileSync(join(folder, "package-lock.json"), "{}");
  writeFileSync(join(folder, "bin/npm"), `#!/bin/bash\n${npm}\n`);
  for (const path of [script, join(folder, "bin/npm")]) chmodSync(path, 0o755);
  const command = isTerminal ? ["script", "-qec", script, "/dev/null"] : [script];
  const env = { PATH: [join(folder, "bin"), process.env["PATH"] ?? ""].join(delimiter), CI: "" };
  const runs = Array.from({ length: times }, () =>
    execa("env", command, { all: true, reject: false, env, stdin: "ignore" }),
  );
  const ended = await Promise.all(runs);
  return {
    all: ended.map(({ all }) => all).join("\n"),
    status: Math.max(...ended.map(({ exitCode }) => exitCode ?? 1)),
  };
}

it("at a terminal a line moves, and is gone when it is done", async () => {
  const { all, status } = await setUp("sleep 2.5; mkdir node_modules", true);
  expect([status, all]).toEqual([0, expect.stringContaining(INSTALLING) as string]);
  expect(all).toContain("\r\u001b[Kudpsec: npm packages, 2 s");
  expect(all.endsWith("\r\u001b[K")).toBe(true);
});

it("in a log it is a line and no more while it is quick, and all that npm said if it fails", async () => {
  expect(await setUp("sleep 1.5; mkdir node_modules", false)).toEqual({ all: INSTALLING, status: 0 });
  const { all, status } = await setUp("echo no such package; exit 1", false);
  expect([status, all]).toEqual([2, expect.stringMatching(/^no such package$[^]*^udpsec: npm ci failed/m) as string]);
});

it("who finds another one at it says so, and waits", async () => {
  const { all, status } = await setUp("sleep 1.5; mkdir node_modules", false, 2);
  const waiting = "udpsec: npm packages: another run installs them, waiting for it";
  expect([status, all.split("\n").sort()]).toEqual([0, [waiting, INSTALLING]]);
});
