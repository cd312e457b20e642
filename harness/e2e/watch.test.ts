/** `udpsec test --watch` as people use it: at a terminal with its keys, and with its output in a file. */
import { execFile, type ChildProcess } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { projectRoot } from "../host/project-root.ts";
import { profileFolder } from "../profiles/load.ts";
import { hasTmux, Terminals } from "./tmux.fixture.ts";

/** Boot, ladder, power-off, on a machine that is busy otherwise. */
const ROUND_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), "udpsec-watch-"));
const program = join(projectRoot(), "scripts/udpsec");
const own = (name: string): string => {
  const path = join(folder, `${name}.toml`);
  copyFileSync(join(profileFolder(), `${name}.toml`), path);
  return path;
};
const touch = (path: string): void => writeFileSync(path, `${readFileSync(path, "utf8")}\n`);

let terminals: Terminals | undefined;
beforeAll(async () => {
  if (await hasTmux()) terminals = new Terminals();
});
afterAll(() => {
  terminals?.close();
  rmSync(folder, { recursive: true });
});

test(
  "a machine again at a key, and when its profile changes; q ends it, as passed",
  async ({ skip }) => {
    if (terminals === undefined) return skip("tmux is not here, and only root can install it on Debian");
    const path = own("foreign");
    terminals.open("keys", { LOG_DIR: join(folder, "runs") });
    terminals.press("keys", `${program} test ${path} --watch; echo "status $?"`, "Enter");
    const waiting = "watch: passed: machines\\s+watch: waiting for a change \\(Enter or a: again; q: end\\)";
    await terminals.see("keys", new RegExp(waiting), ROUND_MS);
    terminals.press("keys", "a");
    await terminals.see("keys", new RegExp(`watch: round 2\\n[^]*${waiting}`), ROUND_MS);
    touch(path);
    await terminals.see("keys", new RegExp(`watch: round 3: changed \\S*foreign\\.toml[^]*${waiting}`), ROUND_MS);
    terminals.press("keys", "q");
    await terminals.see("keys", /^status 0$/m, ROUND_MS);
  },
  4 * ROUND_MS,
);

test(
  "loopback, then virtual time; a change ends what runs; what fails keeps the rest waiting; ^C ends it all",
  async () => {
    const path = own("cross-vm-loss");
    const { child, said, status } = started("test", path, "--watch", "--world", "sim", "--seed", "1");
    const seen = (wanted: RegExp): Promise<void> =>
      vi.waitFor(() => expect(said()).toMatch(wanted), { timeout: ROUND_MS, interval: 100 });
    await seen(/^watch: dev: \S+udpsec dev$/m);
    touch(path);
    await seen(/^watch: dev is ended$[^]*^watch: round 2: changed \S*cross-vm-loss\.toml$/m);
    await seen(
      /^watch: sim: \S+udpsec test --world=sim --seed=1 --profile=\S+$[^]*^passed {2}cross-vm-loss[^]*^watch: waiting for a change$/m,
    );
    writeFileSync(path, "this is no profile");
    await seen(/^watch: round 3: changed .*$[^]*^watch: waiting for a change$/m);
    expect(said()).toMatch(/cross-vm-loss\.toml:1/);
    child.kill("SIGINT");
    expect(await status).toBe(130);
  },
  4 * ROUND_MS,
);

function started(...words: readonly string[]): {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly status: Promise<number | null>;
} {
  let text = "";
  const child = execFile(program, words, { cwd: projectRoot(), env: { ...process.env, CI: "", NO_COLOR: "1" } });
  for (const output of [child.stdout, child.stderr]) output?.on("data", (part: string) => (text += part));
  const status = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, said: () => text, status };
}
