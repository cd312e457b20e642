/** The lab with real machines: a guest of somebody else's, ours over a link whose faults come and go, and a test that is killed. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll } from "vitest";
import { bundle } from "../../scripts/bundle.mjs";
import { projectRoot } from "../host/project-root.ts";
import { checkedQlog, type CheckedQlog } from "../qlog/main-schema.fixture.ts";
import { qlogFile } from "../qlog/qlog-file.ts";
import { qlogOfRun } from "../qlog/run-qlog.ts";
import { daemon, drop, expect, faults, selftest, test, type LabGuestTable, type LabTopology } from "../lab/vitest.ts";

const folder = mkdtempSync(join(tmpdir(), "udpsec-lab-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const assembled = (source: string): readonly string[] => [
  ...["node", join(projectRoot(), "scripts/run.mjs"), "images/riscv64/main.ts"],
  ...[join(folder, source), join(folder, `${source}.elf`)],
];

/** A marker's line takes as long to be read on a busy host, at the worst. */
const CLOCK_SLACK_MS = 50;

/** Says what it is, answers each key with its own line, and never ends. */
const ANSWERING = `
        .global _start
_start: la      a0, ready
        call    print
        li      t0, 0x10000000      # the UART: line status at 5
wait:   lbu     t1, 5(t0)
        andi    t1, t1, 1
        beqz    t1, wait
        lbu     t2, 0(t0)
        li      t1, 13
        bne     t2, t1, echo
        la      a0, answer
        call    print
        j       wait
echo:   sb      t2, 0(t0)
        j       wait
print:  li      t0, 0x10000000
next:   lbu     t1, 0(a0)
        beqz    t1, end
        sb      t1, 0(t0)
        addi    a0, a0, 1
        j       next
end:    ret
ready:  .asciz  "ANSWER: ready\\n> "
answer: .asciz  "\\nANSWER: heard\\n> "
`;
writeFileSync(join(folder, "answering.s"), ANSWERING);

const ANSWERING_GUEST: LabGuestTable = {
  arch: "riscv64",
  memoryMib: 16,
  firmware: "none",
  ends: "none",
  prepare: [...assembled("answering.s")],
  kernel: join(folder, "answering.s.elf"),
  prefixes: ["ANSWER:"],
};

test("a kernel of one's own is talked to at its prompt", async ({ lab }) => {
  const { a } = await lab.start({ nodes: { a: { guest: ANSWERING_GUEST } } }, { seed: 1 });
  await a.reach("ANSWER: ready");
  expect(await a.console.command("hello", { prompt: "> " })).toEqual(["ANSWER: heard"]);
  await a.console.expect("ANSWER: heard");
  const run = await lab.end();
  expect(run).toPass();
  expect(run).toConfirm("machine-ending");
  expect(run).not.toHavePrinted("a", "hello");
});

const STORMY = {
  networks: { net: { kind: "fabric", links: [{ between: ["a.0", "a.1"], faults: [drop(0.02)] }] } },
  nodes: {
    a: {
      process: [daemon({ mode: "udp-sec" }), selftest({ target: "a", probes: ["control", "bulk"], mode: "udp-sec" })],
    },
  },
  actions: { storm: faults("a.0", "a.1", [drop(0.1)]) },
  workload: { bulkBytes: 65_536 },
  qlog: true,
} as const satisfies LabTopology;

test("our own guest gets through a storm, and the wire agrees", { timeout: 400_000 }, async ({ lab }) => {
  const { a } = await lab.start(STORMY, { seed: 7 });
  const { fields } = await a.reach("dsoftbus: udp-sec os listener up <port:port>");
  await a.reach("SELFTEST: udp-sec control ok", { within: "150s" });
  await lab.begin("storm");
  await a.reach("SELFTEST: udp-sec bulk ok", { within: "150s" });
  await lab.clear("storm");
  await a.exited({ within: "120s" });
  const run = await lab.end();
  expect(fields.port).toBe(37_024);
  expect(run).toPass();
  expect(run.markers.map(({ standing }) => standing)).toEqual(run.markers.map(() => "confirmed"));
  for (const rule of ["no-fragments", "observer", "faults-recomputed", "bulk-content"]) expect(run).toConfirm(rule);
  expect(run).not.toHavePrinted("a", "fallback");

  const { summary, traces, problems } = await qlogOfRun(run.artifactsFolder, undefined);
  const { traces: checked } = checkedQlog(qlogFile(summary, traces));
  const named = new Map(checked.map((trace) => [trace.title, trace] as const));
  const [client, server] = [
    ["a/selftest", "a.1 client"],
    ["a/dsoftbusd", "a.0 server"],
  ] as const;
  expect([[...named.keys()].sort(), problems]).toEqual([[...client, ...server].sort(), []]);
  for (const [process, nic] of [client, server]) {
    const told = leftAt(named.get(process));
    const seen = leftAt(named.get(nic));
    expect([...told.keys()]).toEqual([...seen.keys()]);
    // On one clock: no packet is at the NIC before its process has sent it, but for how exactly that is known.
    const early = [...told].filter(([number, atMs]) => (seen.get(number) ?? 0) < atMs - CLOCK_SLACK_MS);
    expect(early).toEqual([]);
    expect(told.size).toBeGreaterThan(50);
  }
  const lost = named.get(client[0])?.events.filter(({ name }) => name === "udpsec:packet_lost");
  expect(lost?.length).toBeGreaterThan(0);
});

/** @returns of each sealed packet when it left, ms on the run's clock */
function leftAt(trace: CheckedQlog["traces"][number] | undefined): Map<number, number> {
  const sent = trace?.events.filter(({ name }) => name === "udpsec:packet_sent") ?? [];
  return new Map(
    sent.flatMap(({ time, data }) => {
      const number = (data["header"] as { readonly packet_number?: number }).packet_number;
      return number === undefined ? [] : [[number, time] as const];
    }),
  );
}

const HOLDER = `
import { openLab } from "${projectRoot()}/harness/lab/index.ts";
const lab = openLab({ runsFolder: process.argv[2] });
await lab.start({ nodes: { a: { guest: ${JSON.stringify(ANSWERING_GUEST)} } } });
process.stdout.write("started\\n");
setInterval(() => undefined, 1000);
`;

test("no machine outlives a test that is killed", async ({ task }) => {
  writeFileSync(join(folder, "holder.ts"), HOLDER);
  const out = join(projectRoot(), "build/run/lab-holder.mjs");
  await bundle({ root: projectRoot(), entry: join(folder, "holder.ts"), out });
  const runs = join(folder, `runs-${task.id}`);
  const holder = execFile(process.execPath, [out, runs]);
  if (holder.stdout === null) throw new Error("no standard output");
  await once(createInterface(holder.stdout), "line");
  expect(machinesOf(runs)).toHaveLength(1);
  holder.kill("SIGKILL");
  await once(holder, "exit");
  await expect.poll(() => machinesOf(runs), { timeout: 10_000, interval: 20 }).toEqual([]);
});

/** QEMUs whose command line names a folder of this run alone. */
function machinesOf(runs: string): string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      return words[0]?.includes("qemu-system") === true && words.some((word) => word.includes(runs));
    } catch {
      return false;
    }
  });
}
