import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { qemuCommand } from "../qemu/command-line.ts";
import type { MachineSpec } from "../qemu/machine-spec.ts";
import { guestFromTable } from "./table-guest.ts";
import type { GuestTable } from "./guest-table.ts";

const folder = mkdtempSync(join(tmpdir(), "guest-"));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ["kernel.bin", "code.fd", "vars.fd", "user-data", "disk.qcow2"])
  writeFileSync(join(folder, name), name);

const PLAIN: GuestTable = {
  ...{ arch: "riscv64", memoryMib: 320, smp: 1, globals: [], firmware: "default", kernel: "kernel.bin", devices: [] },
  ...{ fwCfg: {}, ends: "power-off", onReset: "fail", forbidden: [], console: {}, disk: {}, channel: {} },
  ...{ capabilities: [], extraArgs: [] },
};
const MAC = "52:54:00:00:00:01";

async function commandOf(table: Partial<GuestTable>, changes: Partial<MachineSpec> = {}): Promise<readonly string[]> {
  const kind = guestFromTable({ ...PLAIN, ...table }, { name: "nexus", folder });
  const guest = kind.launch(await kind.prepare({ announce: () => undefined }), { nics: [], config: "" });
  const networks = [{ kind: "stream" as const, mac: MAC, path: "/s" }];
  const spec: MachineSpec = {
    name: "a",
    guest,
    networks,
    hasRng: true,
    accelerator: "tcg",
    capturesNics: false,
    ...changes,
  };
  return qemuCommand(spec, {
    ...{ qemu: "qemu", qmpSocket: "/q", serialLog: "/l", eventLog: "/e", initLog: "/i", captures: [] },
    fwCfgFiles: Object.fromEntries(Object.keys(guest.fwCfgFiles).map((name) => [name, "/f"])),
    disks: { state: "/state.img", data: "/data.img", seed: "/seed", "firmware variables": "/vars.img" },
    consoleLogs: { debug: "/debug.log" },
  });
}

/** The values of an option, in order. */
const values = (command: readonly string[], option: string): string[] =>
  command.flatMap((word, index) => (word === option ? [command[index + 1] ?? ""] : []));

describe("a guest's table as a command of QEMU", () => {
  it("says machine, processor, clock and what is booted", async () => {
    const command = await commandOf({
      ...{ machine: "virt,aclint=on", cpu: "max", icount: "1,sleep=on", globals: ["virtio-mmio.force-legacy=off"] },
      ...{ append: "quiet", fwCfg: { "opt/org.open-nexus/selftest-profile": "full" }, extraArgs: ["-semihosting"] },
    });
    const said = (option: string): string[] => values(command, option);
    expect(["-M", "-cpu", "-icount", "-m", "-smp", "-append"].map(said)).toEqual([
      ["virt,aclint=on"],
      ["max"],
      ["1,sleep=on"],
      ["320"],
      ["1"],
      ["quiet"],
    ]);
    expect(said("-global")).toEqual(["virtio-mmio.force-legacy=off"]);
    expect(said("-kernel")).toEqual([join(folder, "kernel.bin")]);
    expect(said("-fw_cfg")).toEqual(["name=opt/org.open-nexus/selftest-profile,file=/f"]);
    expect(command.at(-1)).toBe("-semihosting");
    expect(command).toContain("-no-reboot");
    expect(command).not.toContain("-bios");
  });

  it("plugs devices in the order in which it names them, and what it doesn't name behind them", async () => {
    const disk = {
      state: { create: 1024, format: "raw", keep: "run" },
      data: { image: "disk.qcow2", format: "qcow2", keep: "boot", device: "nvme,serial=1" },
    } as const;
    const devices = ["virtio-gpu-device", "@nic", "@rng", "@disk.state"];
    const command = await commandOf({ disk, devices, rng: "virtio-rng-device" });
    expect(values(command, "-device").map((device) => device.split(",mac=")[0])).toEqual([
      "virtio-gpu-device",
      "virtio-net-device,netdev=net0",
      "virtio-rng-device,rng=rng",
      "virtio-blk-device,drive=disk-state",
      "nvme,serial=1,drive=disk-data",
    ]);
    expect(values(command, "-drive")).toEqual([
      "if=none,format=raw,file=/state.img,id=disk-state",
      "if=none,format=qcow2,file=/data.img,id=disk-data",
    ]);
    await expect(commandOf({ devices: ["@disk.other"] })).rejects.toThrow("no device @disk.other");
    // Without a network there is no NIC to plug in, and that is no mistake.
    const kind = guestFromTable({ ...PLAIN, devices: ["@nic", "@rng"] }, { name: "n", folder });
    const guest = kind.launch(await kind.prepare({ announce: () => undefined }), { nics: [], config: "" });
    const spec: MachineSpec = { name: "a", guest, networks: [], hasRng: true, accelerator: "tcg" };
    const paths = {
      qemu: "q",
      qmpSocket: "/q",
      serialLog: "/l",
      eventLog: "/e",
      initLog: "/i",
      captures: [],
      fwCfgFiles: {},
    };
    expect(values(qemuCommand(spec, paths), "-device")).toEqual([]);
  });

  it("gives no option ROM to a NIC that can have none, whatever its options", async () => {
    const nicOf = async (nic: string): Promise<string | undefined> => values(await commandOf({ nic }), "-device")[0];
    const plugged = `netdev=net0,mac=${MAC}`;
    expect(await nicOf("virtio-net-device,csum=off")).toBe(`virtio-net-device,csum=off,${plugged}`);
    expect(await nicOf("e1000,autonegotiation=off")).toBe(`e1000,autonegotiation=off,${plugged},romfile=`);
  });

  it("gives a machine firmware with variables of its own, cloud-init's disk, more consoles, and lets it boot again", async () => {
    const command = await commandOf({
      ...{ firmware: { code: "code.fd", vars: "vars.fd" }, kernel: undefined, seed: { userData: "user-data" } },
      ...{ console: { debug: { port: "serial", encoding: "utf-8", maxMib: 1 } }, onReset: "boot", arch: "aarch64" },
    });
    expect(values(command, "-drive")).toEqual([
      `if=pflash,unit=0,format=raw,readonly=on,file=${join(folder, "code.fd")}`,
      "if=pflash,unit=1,format=raw,file=/vars.img",
      "if=none,format=raw,readonly=on,file.driver=vvfat,file.dir=/seed,file.label=CIDATA,id=disk-seed",
    ]);
    expect(values(command, "-serial")).toEqual(["chardev:serial", "chardev:console-debug"]);
    expect(command).not.toContain("-no-reboot");
    expect(values(command, "-M")).toEqual(["virt"]);
    expect(values(await commandOf({ firmware: "none" }), "-bios")).toEqual(["none"]);
  });

  it("does not count instructions that hardware executes", async () => {
    const kvm = { accelerator: "kvm" } as const;
    await expect(commandOf({ arch: "x86_64", icount: "1" }, kvm)).rejects.toThrow("does not go with KVM");
  });

  it("tells its addresses to an init that sets them up, and to no other", async () => {
    const filesOf = async (table: Partial<GuestTable>): Promise<Readonly<Record<string, string>>> => {
      const kind = guestFromTable({ ...PLAIN, fwCfg: { "opt/mine": "x" }, ...table }, { name: "n", folder });
      const image = await kind.prepare({ announce: () => undefined });
      const nics = [{ namespace: "root", address: "10.24.0.1/24" }] as const;
      return kind.launch(image, { nics, config: "", takesOrders: true }).fwCfgFiles;
    };
    expect(await filesOf({})).toEqual({ "opt/mine": "x" });
    expect(await filesOf({ capabilities: ["static-network"] })).toEqual({
      ...{ "opt/mine": "x", "opt/udpsec/net": "eth0 root 10.24.0.1/24\ncontrol\n" },
    });
  });

  it("names a file that isn't there, and hashes those that are", async () => {
    await expect(commandOf({ kernel: "missing.bin" })).rejects.toMatchObject({
      ...{ code: "guest-file", message: `guest nexus: kernel: there is no file ${join(folder, "missing.bin")}` },
    });
    const kind = guestFromTable(
      { ...PLAIN, prepare: ["sh", "-c", "echo 2 > made.bin"], kernel: "made.bin" },
      { name: "n", folder },
    );
    const told: string[] = [];
    const { origin } = await kind.prepare({ announce: (line) => told.push(line) });
    expect(told).toEqual(["guest n: sh -c echo 2 > made.bin"]);
    expect(readFileSync(join(folder, "made.bin"), "utf8")).toBe("2\n");
    expect(origin).toMatchObject({ "n.kernel": "sha256:53c234e5e8472b6a", "n.prepare": "sh -c echo 2 > made.bin" });
    const failing = guestFromTable(
      { ...PLAIN, prepare: ["sh", "-c", "echo no compiler >&2; exit 1"] },
      { name: "n", folder },
    );
    await expect(failing.prepare({ announce: () => undefined })).rejects.toMatchObject({
      ...{ code: "guest-prepare", message: expect.stringContaining("no compiler") as string },
    });
  });

  it("is prepared once in a batch, however many variants want it, and again where that failed", async () => {
    const variant = (name: string, command: string) =>
      guestFromTable({ ...PLAIN, prepare: ["sh", "-c", command] }, { name, folder });
    const prepared = new Set<string>();
    const told: string[] = [];
    const context = { announce: (line: string) => void told.push(line), prepared };
    for (const name of ["a", "b"]) await variant(name, "echo built").prepare(context);
    for (const name of ["c", "d"])
      await expect(variant(name, "exit 1").prepare(context)).rejects.toThrow("prepare failed");
    expect(told.map((line) => line.slice(0, 7))).toEqual(["guest a", "guest c", "guest d"]);
  });

  it("quotes the end of what a build says, not all of it", async () => {
    const failing = guestFromTable(
      { ...PLAIN, prepare: ["sh", "-c", "seq 1 1000 >&2; printf '\\033[31mno linker' >&2; exit 1"] },
      { name: "n", folder },
    );
    const error: unknown = await failing.prepare({ announce: () => undefined }).catch((thrown: unknown) => thrown);
    if (!(error instanceof Error)) expect.fail("it failed");
    expect(error.message.split("\n")).toHaveLength(21);
    expect(error.message.endsWith("1000\nno linker")).toBe(true);
  });
});

describe("what a guest's console means", () => {
  const consoleOf = (table: Partial<GuestTable>) =>
    guestFromTable({ ...PLAIN, ...table }, { name: "n", folder }).console;

  it("stands in its table alone: prefixes, what is forbidden, the sign of its boot", () => {
    const { claim, forbidden, bootSign, intrusion, firmwarePrompt } = consoleOf({
      ...{ prefixes: ["KSELFTEST:", "a.b"], forbidden: ["PANIC", ".*double fault"], bootSign: "NEURON" },
    });
    expect(["KSELFTEST: x", "a.b", "axb", "x KSELFTEST:"].map((line) => claim.test(line))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const isForbidden = (line: string): boolean => forbidden.some(({ pattern }) => pattern.test(line));
    expect(["PANIC now", "no PANIC", "a double fault", "Kernel panic - "].map(isForbidden)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(bootSign?.test("NEURON 1.0")).toBe(true);
    expect([intrusion, firmwarePrompt]).toEqual([undefined, undefined]);
  });

  it("without prefixes claims nothing of its own, and may not claim ours", () => {
    expect(consoleOf({}).claim.test("SELFTEST: udp-sec bulk ok")).toBe(true);
    expect(consoleOf({ prefixes: [] }).claim.test("SELFTEST: x")).toBe(false);
  });
});
