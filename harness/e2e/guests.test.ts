import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LineAssembler } from "../console/line-assembler.ts";
import { busyboxGuest, FOREIGN_CONFIG, FOREIGN_MARKERS } from "../guests/busybox-guest.ts";
import type { GuestInstance, MachineGuest } from "../guests/guest-kind.ts";
import { parseInitReport } from "../guests/init-report.ts";
import { udpsecGuest } from "../guests/udpsec-guest.ts";
import { raceOurs } from "../run/request/accelerators.ts";
import { ensureQemu } from "../qemu/find-qemu.ts";
import { startMachine } from "../qemu/machine.ts";
import type { Machine } from "../qemu/machine.ts";

const VM_TIMEOUT_MS = 120_000;
const PLACEHOLDER_AGENT = { entry: "harness/guests/fixtures/placeholder-agent.ts" };
const announce = (line: string): void => void process.stderr.write(`udpsec: ${line}\n`);

let artifacts: string;
let machine: Machine | undefined;

beforeEach(async () => {
  artifacts = await mkdtemp(join(tmpdir(), "udpsec-e2e-"));
});

afterEach(async () => {
  await machine?.stop();
  machine = undefined;
  await rm(artifacts, { recursive: true, force: true });
});

async function boot(kind: MachineGuest, instance: GuestInstance, hasRng = true): Promise<Machine> {
  const qemu = await ensureQemu(announce);
  const image = await kind.prepare({ announce, agent: PLACEHOLDER_AGENT });
  const choice = await raceOurs(qemu, { wish: "auto", announce });
  const guest = kind.launch(image, instance);
  const networks =
    instance.nics.length === 0 ? [] : [{ kind: "hub" as const, macs: ["52:54:00:12:34:01", "52:54:00:12:34:02"] }];
  machine = await startMachine(
    { name: "vm", guest, networks, hasRng, accelerator: choice.accelerator },
    { qemu, artifactsFolder: artifacts },
  );
  return machine;
}

describe("the foreign guest", () => {
  it(
    "prints both markers in order and powers off",
    async () => {
      const { exited, serialLogPath } = await boot(busyboxGuest, { nics: [], config: FOREIGN_CONFIG });
      expect(await exited).toEqual({ kind: "guest-shutdown" });
      // Assembled as a run does it: what the firmware left without an end must not hide the first marker.
      const assembler = new LineAssembler({ prompt: busyboxGuest.console.firmwarePrompt });
      const lines = [...assembler.push(await readFile(serialLogPath), 0), ...assembler.end()].map(({ text }) => text);
      expect(lines.filter((line) => line.startsWith("foreign: "))).toEqual([...FOREIGN_MARKERS]);
    },
    VM_TIMEOUT_MS,
  );

  it(
    "keeps its second marker back when its configuration does not come",
    async () => {
      const { exited, serialLogPath } = await boot(busyboxGuest, { nics: [], config: "say nothing" });
      expect(await exited).toEqual({ kind: "guest-shutdown" });
      const transcript = await readFile(serialLogPath, "latin1");
      expect(transcript).toContain("foreign: up");
      expect(transcript).not.toContain("foreign: done");
    },
    VM_TIMEOUT_MS,
  );
});

describe("our guest with a placeholder for the agent", () => {
  const nics = [
    { namespace: "root", address: "10.0.0.1/24" },
    { namespace: "second", address: "10.0.0.2/24", mtuBytes: 1400, advmssBytes: 1000 },
  ] as const;

  const [daemon, selftest] = [
    { kind: "dsoftbusd", namespace: "root", identitySeed: "11" },
    { kind: "selftest", namespace: "second", identitySeed: "22" },
  ];
  const config = JSON.stringify({ lingerMs: 0, processes: [daemon, selftest] });

  it(
    "gives each process its user, its file, its network and nothing of another's, and reports the kernel's counters of both namespaces",
    async () => {
      const { exited, serialLogPath, eventLogPath, initLogPath, capturePaths } = await boot(udpsecGuest, {
        nics,
        config,
      });
      expect(await exited).toEqual({ kind: "guest-shutdown" });
      const transcript = await readFile(serialLogPath, "latin1");
      expect(transcript.match(/placeholder: up/g)).toHaveLength(2);
      const lines = (await readFile(eventLogPath, "utf8")).trimEnd().split("\n").sort();
      const none = { becomesRoot: "EPERM", writesInitPort: "EACCES" };
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        {
          ...{ source: "dsoftbusd", user: 1000, interfaces: ["eth0 10.0.0.1/24 1500"] },
          ...{ config: { lingerMs: 86_400_000, processes: [daemon] }, readable: ["/run/udpsec/0/config.json"] },
          ...none,
        },
        {
          ...{ source: "selftest", user: 1001, interfaces: ["eth1 10.0.0.2/24 1400"] },
          ...{ config: { lingerMs: 86_400_000, processes: [selftest] }, readable: ["/run/udpsec/1/config.json"] },
          ...none,
        },
      ]);
      const report = parseInitReport(await readFile(initLogPath, "utf8"));
      expect(report.complete).toBe(true);
      expect(report.facts.get("rng_current")).toBe("virtio_rng.0");
      expect(report.facts.get("agent_status")).toBe("0");
      // Init tries it as well, in every run.
      expect(report.facts.get("processes_apart")).toBe("2");
      expect(report.counters.get("second")?.["Udp.RcvbufErrors"]).toBe(0);
      // The placeholder sends one datagram from the second namespace to the first.
      expect(report.counters.get("second")?.["Udp.OutDatagrams"]).toBe(1);
      // TCP option 2 (maximum segment size), 4 bytes, 1000: in the SYN on the wire.
      expect((await readFile(capturePaths[1] ?? "")).includes(Buffer.from([2, 4, 0x03, 0xe8]))).toBe(true);
      expect(report.counters.get("root")?.["dev.eth0.rxPackets"]).toBeGreaterThan(0);
    },
    VM_TIMEOUT_MS,
  );

  it(
    "has no hardware source of entropy when the machine has none",
    async () => {
      const { exited, initLogPath } = await boot(udpsecGuest, { nics, config }, false);
      expect(await exited).toEqual({ kind: "guest-shutdown" });
      expect(parseInitReport(await readFile(initLogPath, "utf8")).facts.get("rng_current")).toBe("none");
    },
    VM_TIMEOUT_MS,
  );
});

describe("a machine that the harness ends", () => {
  it(
    "says so, and leaves no process behind",
    async () => {
      const running = await boot(busyboxGuest, { nics: [], config: FOREIGN_CONFIG });
      expect(await running.stop()).toEqual({ kind: "ended" });
      expect(() => process.kill(running.pid, 0)).toThrow("ESRCH");
    },
    VM_TIMEOUT_MS,
  );

  it(
    "tells a foreign signal from its own wish",
    async () => {
      const running = await boot(busyboxGuest, { nics: [], config: FOREIGN_CONFIG });
      running.kill("SIGKILL");
      expect(await running.exited).toEqual({ kind: "signal", signal: "SIGKILL" });
    },
    VM_TIMEOUT_MS,
  );
});
