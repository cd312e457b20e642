/** A person's hands on real machines, in real terminals: attached while a run is held and while one was booted for it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emulatorObstacle } from "../qemu/find-qemu.ts";
import { hasTmux, Terminals } from "./tmux.fixture.ts";

/** Machines boot in a minute where the host has no time for them. */
const BOOT_MS = 240_000;
const ANSWER_MS = 60_000;
const TEST_MS = 600_000;

const PROFILE = `name = "by-hand"
proves = "a machine that somebody sits at"
timeout = "300s"
evidence = ["machine-ending"]
network = { kind = "none" }
marker = [{ id = "never", text = "hand: never", process = "firmware", proves = "nothing", evidence = ["machine-ending"] }]
[guest.uboot]
arch = "riscv64"
memoryMib = 256
kernel = "debian:u-boot-qemu/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin"
bootSign = "U-Boot "
prefixes = ["hand: "]
[[node]]
name = "a"
guest = "uboot"
[[node.rung]]
marker = "never"
budget = "6s"
send = [{ prompt = "Hit any key to stop autoboot.*", text = " ", enter = false }]
`;

describe.skipIf(!(await hasTmux()) || (await emulatorObstacle("riscv64")) !== undefined)("hands on a machine", () => {
  let terminals: Terminals;
  let folder = "";
  let profile = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "by-hand-"));
    profile = join(folder, "by-hand.toml");
    writeFileSync(profile, PROFILE);
    terminals = new Terminals();
    for (const name of ["run", "one", "two"]) terminals.open(name, { LOG_DIR: folder });
  });
  afterAll(() => {
    terminals.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const enter = (name: string, line: string): void => terminals.press(name, line, "Enter");

  it(
    "a run that fails is held, paused; two sit at its machine, and one of them ends it",
    { timeout: TEST_MS },
    async () => {
      enter("run", `./scripts/udpsec test --profile ${profile} --pause-on-failure; echo "status $?"`);
      const held = await terminals.see("run", /it ends by itself/, BOOT_MS);
      expect(held).toMatch(/HELD {3}by-hand: hung: "hand: never" not within/);
      expect(held).toMatch(/a is paused: {2}.*udpsec attach \S+ a\n/);
      enter("one", './scripts/udpsec attach latest; echo "status $?"');
      await terminals.see("one", /a stands still.*Ctrl-\] d detaches/s, ANSWER_MS);
      // Nothing of what is typed is lost: it waits in the machine's UART until that goes on.
      terminals.press("one", "C-]", "r");
      await terminals.see("one", /\[udpsec\] a goes on/, ANSWER_MS);
      enter("one", "");
      await terminals.see("one", /=> \n/, ANSWER_MS);
      enter("two", "./scripts/udpsec attach latest a");
      await terminals.see("two", /a runs/, ANSWER_MS);
      enter("one", "echo said by $board_name");
      for (const name of ["one", "two"]) await terminals.see(name, /said by qemu-riscv/, ANSWER_MS);
      terminals.press("one", "C-]", "d");
      await terminals.see("one", /detached\s+status 0/, ANSWER_MS);
      // The terminal is what it was.
      enter("one", "stty -a");
      await terminals.see("one", /isig icanon iexten echo /, ANSWER_MS);
      terminals.press("two", "C-]", "e");
      await terminals.see("two", /the machine has ended/, ANSWER_MS);
      const ended = await terminals.see("run", /status \d+/, ANSWER_MS);
      expect(ended).toMatch(/typed on a by hand/);
      expect(ended).toMatch(/FAILED by-hand: hung/);
      expect(ended).toMatch(/status 1\n/);
    },
  );

  it(
    "a profile is booted for who sits at it, and ended when they go; ^C is a key of its",
    { timeout: TEST_MS },
    async () => {
      enter("one", "clear");
      enter("one", `./scripts/udpsec attach ${profile} a; echo "status $?"`);
      await terminals.see("one", /Hit any key/, BOOT_MS);
      enter("one", "");
      await terminals.see("one", /=> /, ANSWER_MS);
      terminals.press("one", "C-c");
      await terminals.see("one", /<INTERRUPT>/, ANSWER_MS);
      terminals.press("one", "C-]", "d");
      await terminals.see("one", /detached\s+status 0/, ANSWER_MS);
      enter("one", "./scripts/udpsec attach latest");
      await terminals.see("one", /has ended, or its machines have not started yet/, ANSWER_MS);
    },
  );

  it("^C in the run's terminal ends a run that is held, in order", { timeout: TEST_MS }, async () => {
    enter("run", "clear");
    enter("run", `./scripts/udpsec test --profile ${profile} --pause-on-failure; echo "status $?"`);
    await terminals.see("run", /it ends by itself in 12 h/, BOOT_MS);
    terminals.press("run", "C-c");
    const ended = await terminals.see("run", /status \d+/, ANSWER_MS);
    expect(ended).toMatch(/FAILED by-hand: hung/);
    expect(ended).toMatch(/status 130\n/);
  });
});
