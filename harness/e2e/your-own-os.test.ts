/** docs/your-own-os.md, followed word for word: its files saved where it says, its commands typed as they stand. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { projectRoot } from "../host/project-root.ts";

const FOLDER = "build/my-os";
const RUN_TIMEOUT_MS = 120_000;
const MOST_LINES = 15;

const text = readFileSync(join(projectRoot(), "docs/your-own-os.md"), "utf8");
const files = [...text.matchAll(/^Save this as `([^`]+)`:\n\n```\w+\n(.*?)```/gms)].map(
  ([, path = "", contents = ""]) => ({
    path: join(projectRoot(), path),
    contents,
  }),
);
const commands = [...text.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = ""]) => block.trim().split("\n"));

const clear = (): void => rmSync(join(projectRoot(), FOLDER), { recursive: true, force: true });
beforeAll(clear);
afterAll(clear);

async function follow(): Promise<{ readonly all: string; readonly exitCode: number | undefined }> {
  let last = { all: "", exitCode: 0 as number | undefined };
  for (const command of commands) {
    const { all, exitCode } = await execa("bash", ["-c", command], {
      // vitest wants colours, and tells its children so.
      ...{ cwd: projectRoot(), all: true, reject: false, env: { FORCE_COLOR: "0" } },
    });
    last = { all: `${last.all}${all}\n`, exitCode };
    for (const { path, contents } of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, contents);
    }
  }
  return last;
}

it("has a profile of under 15 lines", () => {
  const toml = files.find(({ path }) => path.endsWith(".toml"));
  expect(toml?.contents.trim().split("\n").length).toBeLessThan(MOST_LINES);
});

it(
  "leads to a green run that says on whose word it is green",
  async () => {
    const { all, exitCode } = await follow();
    expect(all).toMatch(/^passed {2}my-os .*\(confirmed 0, guest's word 1, nothing to judge 0; 1 rules spoke, tcg\)$/m);
    expect(all).toContain("1 passed, 0 failed, 0 skipped");
    expect(exitCode).toBe(0);
  },
  RUN_TIMEOUT_MS,
);

it(
  "and to a red one that shows the line that came instead, once a letter is changed",
  async () => {
    const kernel = files.find(({ path }) => path.endsWith(".s"));
    if (kernel === undefined) expect.fail("the page has no kernel");
    writeFileSync(kernel.path, kernel.contents.replace("MY-OS: hello", "MY-OS: hallo"));
    const { all, exitCode } = await execa("bash", ["-c", commands.at(-1) ?? ""], {
      cwd: projectRoot(),
      all: true,
      reject: false,
    });
    expect(all).toContain("FAILED my-os: unknown-marker");
    expect(all).toContain("MY-OS: hallo");
    expect(exitCode).toBe(1);
  },
  RUN_TIMEOUT_MS,
);
