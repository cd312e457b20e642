import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { plainShape, type DiskPlan } from "../guests/machine-shape.ts";
import { startMachine, type Machine } from "./machine.ts";
import { MAX_FILE_BYTES } from "./output-limits.ts";

/** Connects to its control channel as QEMU does, then does what `body` says with `socket`. */
const pretender = (body: string): string => `#!${process.execPath}
const { connect } = require("node:net");
const path = /path=([^,]+)/.exec(process.argv.find((word) => word.startsWith("socket,id=qmp,")))[1];
const socket = connect(path, () => { ${body} });
`;

const ANSWERING = `
  const say = (message) => socket.write(JSON.stringify(message) + "\\n");
  say({ QMP: {} });
  socket.on("data", (text) => {
    for (const line of String(text).trim().split("\\n")) {
      const { execute, id } = JSON.parse(line);
      say({ id, return: {} });
      if (execute === "quit") process.exit(0);
    }
  });
`;

function start(body: string, prepare: (folder: string) => void = () => undefined): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), "machine-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const qemu = join(folder, "qemu.cjs");
  writeFileSync(qemu, pretender(body));
  chmodSync(qemu, 0o755);
  prepare(folder);
  const guest = { kernelPath: "/k", initrdPath: "/i", append: "", drives: [], memoryMib: 64, fwCfgFiles: {} };
  return startMachine(
    {
      ...{ name: "vm", networks: [], hasRng: false, accelerator: "tcg" },
      guest: { ...guest, hasEventPort: false, hasInitPort: false },
    },
    { qemu, artifactsFolder: folder },
  );
}

it("quotes what QEMU says when it gives up after its control channel stood", async () => {
  const giveUp = 'process.stderr.write("no such device\\n", () => process.exit(1))';
  await expect(start(giveUp)).rejects.toMatchObject({
    code: "machine-start",
    message: expect.stringContaining("no such device") as string,
  });
});

it("lives on when the disk is too full for the log of the control channel", async () => {
  const machine = await start(ANSWERING, (folder) => symlinkSync("/dev/full", join(folder, "vm-qmp.log")));
  expect(await machine.stop()).toEqual({ kind: "ended" });
});

it("takes a guest that is through before QEMU answers to cont for one that ran, and nothing else for one", async () => {
  const endsAtCont = (last: string): string => `
    const say = (message, then) => socket.write(JSON.stringify(message) + "\\n", then);
    say({ QMP: {} });
    socket.on("data", (text) => {
      for (const line of String(text).trim().split("\\n")) {
        const { execute, id } = JSON.parse(line);
        if (execute === "cont") { ${last} } else say({ id, return: {} });
      }
    });
  `;
  const shutdown = { event: "SHUTDOWN", data: { guest: true, reason: "guest-shutdown" } };
  const machine = await start(endsAtCont(`say(${JSON.stringify(shutdown)}, () => process.exit(0));`));
  expect(await machine.exited).toEqual({ kind: "guest-shutdown" });
  await expect(start(endsAtCont("process.exit(1);"))).rejects.toMatchObject({ code: "machine-start" });
});

it("leaves no copy of a disk behind when there is no file for the next one, or no machine comes of it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "machine-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const image = { kind: "image", format: "raw" } as const;
  const disk = (name: string, path: string): DiskPlan => ({ name, source: { ...image, path }, device: "virtio-blk" });
  const startWith = (disks: readonly DiskPlan[], icount?: string): Promise<Machine> => {
    const shape = { ...plainShape("x86_64"), disks, icount };
    const guest = { ...{ drives: [], memoryMib: 64, fwCfgFiles: {}, hasEventPort: false, hasInitPort: false }, shape };
    const spec = { ...{ name: "vm", networks: [], hasRng: false }, accelerator: "kvm", guest } as const;
    return startMachine(spec, { qemu: "/nothing", artifactsFolder: folder });
  };
  writeFileSync(join(folder, "image"), "image");
  const whole = disk("one", join(folder, "image"));
  await expect(startWith([whole, disk("two", join(folder, "gone"))])).rejects.toMatchObject({ code: "ENOENT" });
  await expect(startWith([whole], "1")).rejects.toMatchObject({ code: "command-line" });
  expect(readdirSync(folder).filter((name) => name.includes("disk"))).toEqual([]);
});

it("ends a machine that writes more to its second console than its table lets it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "machine-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const qemu = join(folder, "qemu.cjs");
  writeFileSync(qemu, pretender(`${ANSWERING} setInterval(() => undefined, 1000);`));
  chmodSync(qemu, 0o755);
  const shape = { ...plainShape("x86_64"), consoles: [{ name: "debug", port: "virtio", maxBytes: 10 }] } as const;
  const guest = { ...{ drives: [], memoryMib: 64, fwCfgFiles: {}, hasEventPort: false, hasInitPort: false }, shape };
  const spec = { ...{ name: "vm", networks: [], hasRng: false }, accelerator: "tcg", guest } as const;
  const machine = await startMachine(spec, { qemu, artifactsFolder: folder });
  writeFileSync(machine.consoleLogPaths["debug"] ?? "", "eleven byte");
  expect(await machine.exited).toEqual({ kind: "flooded", detail: "vm-console-debug.log is longer than 10 bytes" });
});

it("ends a machine whose capture grows beyond what evidence reads, however large its disks may become", async () => {
  const folder = mkdtempSync(join(tmpdir(), "machine-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const qemu = join(folder, "qemu.cjs");
  writeFileSync(qemu, pretender(`${ANSWERING} setInterval(() => undefined, 1000);`));
  chmodSync(qemu, 0o755);
  const guest = { drives: [], memoryMib: 64, fwCfgFiles: {}, hasEventPort: false, hasInitPort: false };
  const networks = [{ kind: "user", mac: "52:54:00:00:00:01" }] as const;
  const spec = { ...{ name: "vm", networks, hasRng: false }, accelerator: "tcg", guest } as const;
  const machine = await startMachine(spec, { qemu, artifactsFolder: folder });
  const [capture = ""] = machine.capturePaths;
  writeFileSync(capture, "");
  truncateSync(capture, MAX_FILE_BYTES + 1);
  expect(await machine.exited).toMatchObject({
    kind: "flooded",
    detail: expect.stringContaining("nic0.pcap") as string,
  });
});
