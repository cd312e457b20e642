import { describe, expect, it } from "vitest";
import { standaloneCommand, withoutControlChannel } from "./standalone-command.ts";

describe("a machine's command by itself", () => {
  it("lacks the control channel and runs at once", () => {
    const command = [
      "qemu",
      "-S",
      "-chardev",
      "socket,id=qmp,path=/q",
      "-mon",
      "chardev=qmp",
      "-chardev",
      "socket,id=gdb,path=/g,server=on,wait=off",
      "-gdb",
      "chardev:gdb",
      "-chardev",
      "file,id=e",
      "-m",
      "256",
    ];
    expect(withoutControlChannel(command)).toEqual(["qemu", "-chardev", "file,id=e", "-m", "256"]);
  });

  it("has NICs that lead nowhere instead of to the harness, and leaves the run's files alone", () => {
    const command = [
      ...["qemu", "-chardev", "stdio,id=serial,signal=off,logfile=/run/a-serial.log,logappend=off"],
      ...["-netdev", "stream,id=net0,server=off,addr.type=unix,addr.path=/tmp/f/0", "-netdev", "user,id=net1"],
      ...[
        "-object",
        "filter-dump,id=capture0,netdev=net0,file=/run/a-nic0.pcap",
        "-fw_cfg",
        "name=x,file=/run/a-fwcfg-x",
      ],
    ];
    const written = ["/run/a-serial.log", "/run/a-nic0.pcap"];
    expect(standaloneCommand(command, written, (path) => path.replace("/run/a-", "/run/a-again-"))).toEqual([
      ...["qemu", "-chardev", "stdio,id=serial,signal=off,logfile=/run/a-again-serial.log,logappend=off"],
      ...["-netdev", "hubport,id=net0,hubid=0", "-netdev", "user,id=net1"],
      ...["-object", "filter-dump,id=capture0,netdev=net0,file=/run/a-again-nic0.pcap"],
      ...["-fw_cfg", "name=x,file=/run/a-fwcfg-x"],
    ]);
  });
});
