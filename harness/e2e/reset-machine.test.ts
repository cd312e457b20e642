/** Real machines that are reset: what QEMU must do for it, where no profile of the suite asks for it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { obtainProbeImage } from "../../images/guest-image.ts";
import { assemble, START_ADDRESS } from "../../images/riscv64/assemble.ts";
import { elfFile } from "../../images/riscv64/elf.ts";
import { projectRoot } from "../host/project-root.ts";
import { kernelArguments } from "../guests/kernel-arguments.ts";
import { INIT_UP_LINE } from "../guests/probe-guest.ts";
import { emulatorObstacle } from "../qemu/find-qemu.ts";
import { playProfile } from "./played-profile.fixture.ts";

const RESET = '[[action]]\nkind = "reset"\nnode = "a"\nafter = { node = "a", marker = "up" }\n';
const profileWith = (
  guest: string,
  { up, rungs, actions }: Readonly<Record<"up" | "rungs" | "actions", string>>,
): string =>
  `name = "reset-machine"
proves = "a machine that is reset"
timeout = "100s"
evidence = ["machine-ending"]
network = { kind = "none" }
marker = [
  { id = "up", text = "${up}", process = "kernel", proves = "it was started" },
  { id = "second", text = "reset: second boot", process = "kernel", proves = "it was reset" },
]
node = [{ name = "a", guest = "mine", rung = [{ marker = "up", budget = "60s" }${rungs}] }]
${actions}
[guest.mine]
${guest}
`;

describe.skipIf((await emulatorObstacle("riscv64")) !== undefined)("a guest that may not reset itself", () => {
  it("is reset by an action, and its own reset after that is a crash", async () => {
    const source = readFileSync(join(projectRoot(), "fixtures/guests/riscv64-reset.s"), "utf8");
    const toml = profileWith('arch = "riscv64"\nmemoryMib = 16\nfirmware = "none"\nkernel = "kernel.elf"', {
      ...{ up: "reset: first boot", actions: RESET },
      rungs: ', { marker = "second", boot = 2, budget = "5s" }',
    });
    const result = await playProfile(toml, { "kernel.elf": elfFile(assemble(source), START_ADDRESS) });
    expect(result.rungs.map(({ seen }) => seen)).toEqual([1, 1]);
    expect(result).toMatchObject({ code: "crashed", nodes: [{ exit: "guest-reset" }] });
  });
});

describe("Linux on a machine that boots again", async () => {
  const image = await obtainProbeImage(() => undefined);
  const linux = (words: readonly string[], more: string): string =>
    [
      ...['arch = "x86_64"', `kernel = "${image.kernelPath}"`, `initrd = "${image.initrdPath}"`, 'onReset = "boot"'],
      ...[`append = "${kernelArguments(false, words)}"`, more],
    ].join("\n");

  it("is reset while it runs, and its firmware and kernel start once more", async () => {
    const toml = profileWith(linux([], 'ends = "last-marker"'), {
      ...{ up: INIT_UP_LINE, actions: RESET, rungs: ', { marker = "up", boot = 2, budget = "60s" }' },
    });
    const result = await playProfile(toml);
    expect(result).toMatchObject({ code: "passed", failures: [], nodes: [{ exit: "ended" }] });
    expect(result.rungs[1]?.tookMs).toBeGreaterThan(500);
  });

  it("powers itself off like all others", async () => {
    const toml = profileWith(linux(["udpsec.probe"], ""), { up: INIT_UP_LINE, actions: "", rungs: "" });
    const result = await playProfile(toml);
    expect(result).toMatchObject({ code: "passed", failures: [], nodes: [{ exit: "guest-shutdown" }] });
  });
});
