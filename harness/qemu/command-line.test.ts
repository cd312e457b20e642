import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { qemuCommand } from "./command-line.ts";
import { shellCommand } from "../host/shell-command.ts";
import { CommandLineError, MAX_SOCKET_PATH_BYTES } from "./command-words.ts";
import type { MachineNetwork, MachinePaths, MachineSpec } from "./machine-spec.ts";
import { nicCount } from "./machine-spec.ts";

const paths: MachinePaths = {
  qemu: "qemu",
  qmpSocket: "/tmp/s/qmp",
  serialLog: "/out/serial.log",
  eventLog: "/out/events",
  initLog: "/out/init",
  captures: ["/out/0.pcap", "/out/1.pcap"],
  fwCfgFiles: { "opt/udpsec/config": "/out/a,b" },
};
const MAC = "52:54:00:00:00:01";

function spec(networks: readonly MachineNetwork[], changes: Partial<MachineSpec> = {}): MachineSpec {
  const guest = {
    kernelPath: "/k",
    initrdPath: "/i",
    append: "console=ttyS0 quiet",
    drives: ["/disk"],
    memoryMib: 256,
    fwCfgFiles: { "opt/udpsec/config": "{}" },
    hasEventPort: true,
    hasInitPort: true,
  };
  return { name: "a", guest, networks, hasRng: true, accelerator: "tcg", ...changes };
}

/** The values of an option, in order. */
function values(command: readonly string[], option: string): string[] {
  return command.flatMap((word, index) => (word === option ? [command[index + 1] ?? ""] : []));
}

describe("qemuCommand", () => {
  it("puts both NICs of a hub on one wire with restricted user networking, each captured", () => {
    const networks = [{ kind: "hub" as const, macs: [MAC, "52:54:00:00:00:02"] }];
    expect(nicCount(networks)).toBe(2);
    const command = qemuCommand(spec(networks), paths);
    expect(values(command, "-netdev")).toEqual([
      "user,id=uplink0,restrict=on,ipv4=off",
      "hubport,id=hub0,hubid=0,netdev=uplink0",
      "hubport,id=net0,hubid=0",
      "hubport,id=net1,hubid=0",
    ]);
    expect(values(command, "-object").filter((value) => value.startsWith("filter-dump"))).toEqual([
      "filter-dump,id=capture0,netdev=net0,file=/out/0.pcap",
      "filter-dump,id=capture1,netdev=net1,file=/out/1.pcap",
    ]);
  });

  it("opens a stub for gdb where the machine waits for it, and none else", () => {
    const command = qemuCommand(spec([], { waitsForGdb: true }), { ...paths, gdbSocket: "/tmp/s,t/gdb" });
    expect(values(command, "-chardev")).toContain("socket,id=gdb,path=/tmp/s,,t/gdb,server=on,wait=off");
    expect([values(command, "-gdb"), command.includes("-S")]).toEqual([["chardev:gdb"], true]);
    expect(values(qemuCommand(spec([]), { ...paths, gdbSocket: "/g" }), "-gdb")).toEqual([]);
  });

  it("captures nothing where that is said, whatever files there are", () => {
    const networks = [{ kind: "hub" as const, macs: [MAC, "52:54:00:00:00:02"] }];
    const command = qemuCommand(spec(networks, { capturesNics: false }), { ...paths, captures: [] });
    expect(command.join(" ")).not.toContain("filter-dump");
    expect(values(command, "-device").filter((value) => value.startsWith("virtio-net"))).toHaveLength(2);
  });

  it.each<[string, MachineNetwork, string]>([
    [
      "user networking with forwards on the loopback",
      { kind: "user", mac: MAC, hostForwards: [{ protocol: "udp", hostPort: 4000, guestPort: 37000 }], restrict: true },
      "user,id=net0,restrict=on,hostfwd=udp:127.0.0.1:4000-:37000",
    ],
    [
      "another machine",
      { kind: "dgram", mac: MAC, localPath: "/tmp/a", remotePath: "/tmp/b" },
      "dgram,id=net0,local.type=unix,local.path=/tmp/a,remote.type=unix,remote.path=/tmp/b",
    ],
    [
      "the fabric",
      { kind: "stream", mac: MAC, path: "/tmp/f" },
      "stream,id=net0,server=off,addr.type=unix,addr.path=/tmp/f",
    ],
  ])("plugs a NIC into %s", (_, network, expected) => {
    expect(values(qemuCommand(spec([network]), paths), "-netdev")).toEqual([expected]);
  });

  it("has no entropy device unless asked for, and no ports for a guest without them", () => {
    expect(qemuCommand(spec([]), paths).join(" ")).toContain("virtio-rng-pci");
    const bare = spec([], { hasRng: false });
    const guest = { ...bare.guest, hasEventPort: false, hasInitPort: false };
    const line = qemuCommand({ ...bare, guest }, paths).join(" ");
    expect(line).not.toContain("rng");
    expect(line).not.toContain("virtserialport");
  });

  it("doubles the commas of paths, and hands configuration over by file", () => {
    expect(values(qemuCommand(spec([]), paths), "-fw_cfg")).toEqual(["name=opt/udpsec/config,file=/out/a,,b"]);
  });

  it.each([
    [MAX_SOCKET_PATH_BYTES, true],
    [MAX_SOCKET_PATH_BYTES + 1, false],
  ])("socket path of %i bytes: allowed is %s", (length, allowed) => {
    const qmpSocket = `/${"é".repeat(20)}${"x".repeat(length - 41)}`;
    const build = (): unknown => qemuCommand(spec([]), { ...paths, qmpSocket });
    if (allowed) expect(build).not.toThrow();
    else expect(build).toThrow(CommandLineError);
  });

  it("refuses a MAC address that is none, and a NIC without a capture", () => {
    const network = { kind: "stream", mac: `${MAC},romfile=x`, path: "/tmp/f" } as const;
    expect(() => qemuCommand(spec([network]), paths)).toThrow(CommandLineError);
    expect(() => qemuCommand(spec([{ ...network, mac: MAC }]), { ...paths, captures: [] })).toThrow(CommandLineError);
  });
});

describe("shellCommand", () => {
  it("survives a shell word by word", () => {
    const words = ["printf", "%s\\n", "a b", "it's", "$HOME", "", "x,y=1", "`id`"];
    const output = execFileSync("sh", ["-c", shellCommand(words)], { encoding: "utf8" });
    expect(output).toBe(
      words
        .slice(2)
        .map((word) => `${word}\n`)
        .join(""),
    );
  });
});
