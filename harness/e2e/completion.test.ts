/** Completion as a person has it: the Tab key, in real shells. What it completes to is tried word by word in `harness/cli/completion`. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../host/project-root.ts";
import { hasTmux, isInstalled, Terminals } from "./tmux.fixture.ts";

const SEEN_MS = 30_000;
const SHELLS = {
  bash: { start: "exec bash --norc", ready: "PS1='ready> '" },
  zsh: { start: "exec zsh -f", ready: "autoload -U compinit && compinit -u -D && PS1='ready> '" },
} as const;

const folder = mkdtempSync(join(tmpdir(), "udpsec-completion-"));
let terminals: Terminals | undefined;
beforeAll(async () => {
  if (await hasTmux()) terminals = new Terminals();
});
afterAll(() => {
  terminals?.close();
  rmSync(folder, { recursive: true });
});

test.for(["bash", "zsh"] as const)("the Tab key in %s", async (shell, { skip }) => {
  expect(terminals, "tmux is here, or can be installed").toBeDefined();
  if (!(await isInstalled(shell))) skip(`${shell} is not here, and only root can install it on Debian`);
  if (terminals === undefined) return;
  const script = join(folder, `_udpsec.${shell}`);
  writeFileSync(script, execFileSync(join(projectRoot(), "scripts/udpsec"), ["completion", shell]));
  terminals.open(shell, { LOG_DIR: folder });
  const { start, ready } = SHELLS[shell];
  terminals.press(shell, start, "Enter", `${ready} && source ${script}`, "Enter");
  await terminals.see(shell, /^ready> *$/m, SEEN_MS);
  // What stands there when the key is pressed, and what then.
  for (const [typed, wanted] of [
    ["udpsec comple", /^ready> udpsec completion *$/m],
    ["./scripts/udpsec test --accel=k", /^ready> \.\/scripts\/udpsec test --accel=kvm *$/m],
    ["udpsec test udp-sec-h", /^ready> udpsec test udp-sec-hub *$/m],
    ["udpsec test --reporter junit=package-l", /^ready> udpsec test --reporter junit=package-lock\.json *$/m],
    ["udpsec sim --scenario transferl", /^ready> udpsec sim --scenario transferloss *$/m],
    ["udpsec packets --around bulk-", /^ready> udpsec packets --around bulk-ok *$/m],
    ["udpsec conform --only serv", /^ready> udpsec conform --only services *$/m],
    ["udpsec report lat", /^ready> udpsec report latest *$/m],
  ] as const) {
    terminals.press(shell, "C-u", typed, "Tab");
    await terminals.see(shell, wanted, SEEN_MS);
  }
});
