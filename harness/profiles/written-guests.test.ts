import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { guestKind } from "../guests/registry.ts";
import { loadMarkers, parseProfile } from "./load.ts";

const folder = mkdtempSync(join(tmpdir(), "guests-"));
afterAll(() => rmSync(folder, { recursive: true }));

const TABLE = '[guest.mine]\narch = "riscv64"\nkernel = "k.elf"\n';
const HEAD = `name = "mine"
proves = "a guest of somebody else's runs"
timeout = "10s"
evidence = ["machine-ending"]
network = { kind = "none" }
marker = [{ id = "up", text = "up", process = "kernel", proves = "it runs" }]
`;
const profileWith = (guest: string, tables = TABLE): string =>
  `${HEAD}node = [{ name = "a", guest = "${guest}", rung = [{ marker = "up", budget = "5s" }] }]\n${tables}`;
const read = (toml: string) => parseProfile(toml, "x.toml", loadMarkers(), folder).profile;
const kindOf = (toml: string) => guestKind(read(toml).node[0]?.guest ?? "host");
const errorOf = (toml: string): string => {
  try {
    read(toml);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no error";
};
const FIRST_LINE = HEAD.split("\n").length + 1;

describe("a node's guest", () => {
  it("is a table of its profile", () => {
    expect(kindOf(profileWith("mine"))).toMatchObject({ name: "mine", arch: "riscv64", ending: { when: "power-off" } });
  });

  it("is a file, by its path or by its name, with the table alone or under its name; both nodes share it", () => {
    writeFileSync(join(folder, "nexus.toml"), 'arch = "riscv64"\nkernel = "k"\nends = "last-marker"\nquiet = "2s"\n');
    writeFileSync(join(folder, "other.toml"), '[guest.neuron]\narch = "aarch64"\nkernel = "k"\n');
    const ending = { when: "last-marker", quietMs: 2000 };
    for (const guest of ["./nexus.toml", "nexus"])
      expect(kindOf(profileWith(guest, ""))).toMatchObject({ name: "nexus", ending });
    for (const path of ["other.toml", join(folder, "other.toml")])
      expect(kindOf(profileWith(path, ""))).toMatchObject({ name: "neuron", arch: "aarch64" });
    const two = `${HEAD}node = [{ name = "a", guest = "nexus", rung = [{ marker = "up", budget = "5s" }] },
      { name = "b", guest = "nexus", rung = [{ marker = "up", budget = "5s" }] }]\n`;
    const [a, b] = read(two).node;
    expect(a?.guest).toBe(b?.guest);
  });

  it("that nobody knows is told with the nearest name, and a file that isn't there with the nearest file", () => {
    expect(errorOf(profileWith("mien"))).toMatch(
      `x.toml:${FIRST_LINE - 1}: no guest mien; did you mean mine? (there are udpsec,`,
    );
    writeFileSync(join(folder, "board.toml"), "");
    expect(errorOf(profileWith("./baord.toml"))).toContain("did you mean board.toml?");
    expect(errorOf(profileWith("./"))).toContain(`${FIRST_LINE - 1}: ${folder}/ can't be read (EISDIR)`);
    expect(errorOf(profileWith("mine", TABLE.replaceAll("mine", "udpsec")))).toContain("guest udpsec is there already");
  });
});

describe("a mistake in a table says file, line, key and what would fit", () => {
  it.each([
    ["memoryMb = 20", 3, "unknown key memoryMb; did you mean memoryMib?"],
    ['ends = "poweroff"', 3, "guest.mine.ends: expected one of power-off, last-marker, none"],
    ['quiet = "2 parsecs"', 3, "guest.mine.quiet: expected a duration"],
    ['forbidden = ["("]', 3, "guest.mine.forbidden.0: expected a regular expression"],
    ['disk.d = { create = "64X" }', 3, "guest.mine.disk.d.create: expected a size such as 64M"],
    ["disk.d = {}", 3, "guest.mine.disk.d: say either create or image"],
    ['devices = ["@nci"]', 3, "no device @nci; did you mean @nic?"],
    ['devices = ["@disk.stat"]\ndisk.state = { create = "1M" }', 3, "did you mean @disk.state?"],
    ['channel.keyLog = { console = "mian" }', 3, "no console mian; did you mean main?"],
    ['console.main = { port = "virtio" }', 3, "main is the first serial port"],
    [
      'console.main = { encoding = "latin1" }\nconsole.log = { port = "virtio", encoding = "latin1" }',
      4,
      "main alone is read",
    ],
    ["console.log = {}", 3, 'virt of riscv64 has no serial port for log: say port = "virtio"'],
    ['disk.d = { create = "1M", format = "qcow2" }', 3, "an empty disk is raw"],
    ['quiet = "2s"', 3, "quiet goes with other ends"],
    ['capabilities = ["exec"]', 3, "exec shows in an init's report: say channel.initReport as well"],
    ['capabilities = ["fly"]', 3, "guest.mine.capabilities.0: expected one of power-off, counters, set-clock"],
    ['onReset = "boot"\ndisk.d = { create = "1M", keep = "boot" }', 4, "a machine that boots again keeps its disks"],
  ])("%s", (line, offset, message) => {
    const error = errorOf(profileWith("mine", `${TABLE}${line}\n`));
    expect(error).toContain(message);
    expect(error).toContain(`x.toml:${FIRST_LINE + offset}: `);
  });

  it("is none where the machine is one that the harness doesn't know, or has the ports", () => {
    const console = "console.a = {}\nconsole.b = {}\n";
    const machine = (arch: string, name: string): string =>
      `[guest.mine]\narch = "${arch}"\nkernel = "k"\n${name === "" ? "" : `machine = "${name}"\n`}${console}`;
    expect(kindOf(profileWith("mine", machine("riscv64", "sifive_u")))).toMatchObject({ name: "mine" });
    expect(kindOf(profileWith("mine", machine("x86_64", "")))).toMatchObject({ name: "mine" });
    expect(errorOf(profileWith("mine", machine("riscv64", "virt,aclint=on")))).toContain("no serial port for a");
  });

  it.each(["mtu = 1400", "advmss = 1000", "keyLog = true"])(
    "of a node that asks its guest for what it can't: %s",
    (key) => {
      const [name = ""] = key.split(" ");
      const error = errorOf(profileWith("mine").replace('guest = "mine",', `guest = "mine", ${key},`));
      expect(error).toMatch(new RegExp(`^x.toml:${FIRST_LINE - 1}: .*the mine guest`));
      expect(error).toContain(name);
    },
  );

  it.each<[string, string, string]>([
    ["a clock", '[[action]]\nkind = "clock"\nnode = "a"\nby = "+1h"\nat = "1s"\n', "clock needs set-clock"],
    ["a command", '[[action]]\nkind = "exec"\nnode = "a"\ncommand = ["ls"]\nat = "1s"\n', "exec needs exec"],
  ])("of an action that its guest can't do: %s", (_, action, message) => {
    const error = errorOf(profileWith("mine", action + TABLE));
    expect(error).toContain(`x.toml:${FIRST_LINE + 2}: ${message}, which the mine guest does not have`);
    const able = `${TABLE}capabilities = ["set-clock", "exec"]\nchannel.initReport = { port = "virtio" }\n`;
    expect(errorOf(profileWith("mine", action + able))).toBe("no error");
  });

  it("of a rule that looks at what its guest doesn't tell", () => {
    const asked = (toml: string): string => toml.replace('["machine-ending"]', '["kernel-counters-agree"]');
    expect(errorOf(asked(profileWith("mine")))).toContain(
      "x.toml:4: kernel-counters-agree needs a guest that can do counters, and none of this profile can\n  4 | evidence = [",
    );
    const marker = profileWith("mine").replace(
      'proves = "it runs"',
      'proves = "it runs", evidence = ["kernel-counters-agree"]',
    );
    expect(errorOf(marker)).toContain("x.toml:6: kernel-counters-agree needs counters, which the mine guest");
    const able = `${TABLE}capabilities = ["counters"]\nchannel.initReport = { port = "virtio" }\n`;
    expect(errorOf(asked(profileWith("mine", able)))).toBe("no error");
  });

  it("of a process of the host that asks for memory", () => {
    const error = errorOf(profileWith("host").replace('guest = "host",', 'guest = "host", memoryMib = 64,'));
    expect(error).toContain("the host guest has no memory of its own");
  });

  it("of a processor that QEMU isn't asked for, or with nothing to boot", () => {
    const wrong = (table: string): string => errorOf(profileWith("mine", `[guest.mine]\n${table}\n`));
    expect(wrong('arch = "riscv"\nkernel = "k"')).toContain(
      "guest.mine.arch: expected one of x86_64, aarch64, riscv64",
    );
    expect(wrong('arch = "riscv64"')).toContain("nothing to boot: say kernel, or firmware, or a disk");
    expect(wrong('arch = "riscv64"\nfirmware = "fw.bin"\ninitrd = "i"')).toContain("initrd goes with a kernel");
  });

  it("in a file of its own, by that file's name and lines", () => {
    const path = join(folder, "wrong.toml");
    writeFileSync(path, '# a comment\narch = "riscv64"\nkernl = "k"\n');
    expect(errorOf(profileWith("wrong", ""))).toBe(
      `${path}:3: unknown key kernl; did you mean kernel?\n  3 | kernl = "k"`,
    );
    writeFileSync(path, '[guest.w]\narch = "riscv64"\nkernel = "k"\nsmp = "two"\n');
    expect(errorOf(profileWith("wrong", ""))).toContain(`${path}:4: guest.w.smp: `);
  });
});
