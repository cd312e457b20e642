/** The bundle as a plain process: what it does with its words, its configuration, and the deaths of its children. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseEventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";
import { MARKERS } from "../../contract/markers.ts";
import { localWorldConfiguration } from "./local-world.ts";

let folder = "";
let bundle = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "udpsec-agent-"));
  bundle = join(folder, "agent.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("main.ts", import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: bundle,
    logLevel: "silent",
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly status: number | null;
  readonly lines: readonly string[];
}

/** @param onLine called for each line of stdout, with the agent's process id @param eventFile becomes its descriptor 3 */
async function runAgent(
  words: readonly string[],
  onLine: (line: string, pid: number) => void = () => undefined,
  eventFile?: string,
): Promise<Outcome> {
  const events = eventFile === undefined ? "ignore" : openSync(eventFile, "w");
  const child = spawn(process.execPath, [bundle, ...words], { stdio: ["ignore", "pipe", "pipe", events] });
  let output = "";
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  let handled = 0;
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    const lines = output.split("\n").slice(0, -1);
    for (const line of lines.slice(handled)) onLine(line, child.pid ?? 0);
    handled = lines.length;
  });
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, lines: output.split("\n").filter((line) => line !== "") };
}

function eventsIn(
  file: string,
): { source: string; kind: string; data: Readonly<Record<string, unknown>>; seq: number }[] {
  const lines = readFileSync(file, "latin1").trimEnd().split("\n");
  return lines.map((line) => {
    const event = parseEventLine(line);
    if ("torn" in event) throw new Error(`torn line: ${event.torn}`);
    return event;
  });
}

function configFile(name: string, value: unknown, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value), { mode });
  return path;
}

test("the local world: all self-tests pass, every process ends as it should", async () => {
  const events = join(folder, "local.ndjson");
  const { status, lines } = await runAgent(["--local-world", "--events", events]);
  expect(status).toBe(0);
  for (const marker of [MARKERS.controlOk, MARKERS.bulkOk, MARKERS.backpressureOk, MARKERS.fallbackOk]) {
    expect(lines.filter((line) => line === marker)).toHaveLength(1);
  }
  const all = eventsIn(events);
  const passed = all.filter((event) => event.kind === EventKind.PROBE_PASSED).map(({ data }) => data["probe"]);
  const ofBoth = ["many-streams", "reset", "half-close", "identity-reject", "reconnect"];
  expect(passed.sort()).toEqual(["control", "bulk", "backpressure", "fallback", ...ofBoth, ...ofBoth].sort());
  // Two daemons, two self-tests, and the first life of each daemon, which a self-test had restarted.
  const ends = all.filter((event) => event.kind === EventKind.PROCESS_ENDED);
  expect(ends.map(({ data }) => [data["status"], data["expected"]])).toEqual(Array(6).fill([0, true]));
  for (const source of new Set(all.map((event) => event.source))) {
    const numbers = all.filter((event) => event.source === source).map((event) => event.seq);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  }
}, 60_000);

test("each process tells as much of qlog as it may, and goes on", async () => {
  const world = await localWorldConfiguration();
  const [daemon] = world.processes;
  const selftest = world.processes.find((process) => process.kind === "selftest");
  if (daemon === undefined || selftest === undefined) throw new Error("no such processes");
  const processes = [daemon, { ...selftest, probes: [{ name: "control", messages: 50 }] }];
  const path = configFile("qlog.json", { ...world, processes, qlogBytes: 40_000 });
  const events = join(folder, "qlog.ndjson");
  expect((await runAgent(["--config", path, "--events", events])).status).toBe(0);
  const all = eventsIn(events);
  for (const source of ["dsoftbusd", "selftest"]) {
    const told = all.filter((event) => event.source === source);
    const lines = told.filter(({ kind }) => kind === EventKind.QLOG);
    const names = new Set(lines.flatMap(({ data }) => (data["events"] as { name: string }[]).map(({ name }) => name)));
    expect([...names]).toEqual(expect.arrayContaining(["udpsec:packet_sent", "udpsec:metrics_updated"]));
    expect(told.filter(({ kind }) => kind === EventKind.QLOG_ENDED)).toHaveLength(1);
  }
}, 60_000);

test("a wrong configuration ends with 2 and names the key", async () => {
  const path = configFile("wrong.json", { ...(await localWorldConfiguration()), lingerMs: -1 });
  const { status, lines } = await runAgent(["--config", path]);
  expect([status, lines]).toEqual([2, ["agent: lingerMs: must be a whole number from 0 to 86400000, not -1"]]);
});

test("a configuration that isn't there ends with 2 and names the file", async () => {
  const path = join(folder, "not-there.json");
  const { status, lines } = await runAgent(["--config", path]);
  expect(status).toBe(2);
  expect(lines[0]).toMatch(/^agent: configuration: cannot be read \(ENOENT: .*not-there\.json/);
});

test.each([
  [["--nonsense"]],
  [["--config"]],
  [["--events", "x"]],
  [["--local-world", "--config", "x"]],
  [["--local-world", "--events", "/"]],
  [["--local-world", "--linger", "soon"]],
  [["--config", "x", "--linger", "1"]],
])("words %j end with 2 and the usage", async (words) => {
  const { status, lines } = await runAgent(words);
  expect(status).toBe(2);
  expect(lines.at(-1)).toMatch(/^usage: /);
});

test("a self-test that fails is told, and fails the agent", async () => {
  const world = await localWorldConfiguration();
  const processes = world.processes.map((process) =>
    process.kind === "selftest" ? { ...process, probes: [{ name: "rng-gate" as const }] } : process,
  );
  const { status, lines } = await runAgent(["--config", configFile("failing.json", { ...world, processes })]);
  expect(status).toBe(1);
  expect(lines.some((line) => /^agent: selftest(-2)? exited 1$/.test(line))).toBe(true);
}, 60_000);

test("a daemon whose port is taken is told, and fails the agent", async () => {
  const world = await localWorldConfiguration();
  const [first] = world.processes;
  const processes = [first, first].map((process) => ({ ...process, mode: "tcp" }));
  const { status, lines } = await runAgent([
    "--config",
    configFile("taken.json", { ...world, processes, lingerMs: 20_000 }),
  ]);
  expect(status).toBe(1);
  expect(lines.some((line) => /^agent: dsoftbusd(-2)? exited 1$/.test(line))).toBe(true);
}, 60_000);

test.each(["SIGTERM", "SIGINT"] as const)(
  "a server goes on until %s, and ends in order",
  async (signal) => {
    const world = await localWorldConfiguration();
    const path = configFile(`server-${signal}.json`, {
      ...world,
      processes: world.processes.slice(0, 1),
      lingerMs: 3_600_000,
    });
    const { status, lines } = await runAgent(["--config", path], (line, pid) => {
      if (line.includes("listener up")) process.kill(pid, signal);
    });
    expect([status, lines.length]).toEqual([0, 1]);
  },
  60_000,
);

test("a full disk under --events costs events, not the daemon; a seed that others can read is told", async () => {
  const world = await localWorldConfiguration();
  const path = configFile(
    "full.json",
    { ...world, processes: world.processes.slice(0, 1), lingerMs: 3_600_000 },
    0o644,
  );
  const { status, lines } = await runAgent(["--config", path, "--events", "/dev/full"], (line, pid) => {
    if (line.includes("listener up")) process.kill(pid, "SIGTERM");
  });
  expect(lines).toEqual([
    `agent: ${path} holds a secret seed and can be read by others (mode 644): chmod 600 it`,
    expect.stringContaining("listener up"),
  ]);
  expect(status).toBe(0);
}, 60_000);

test("a server ends when a peer that it was told to wait for has left in order", async () => {
  const world = await localWorldConfiguration();
  const [daemon, , asConfigured] = world.processes;
  const server = { ...daemon, endsAfter: ["selftest"] };
  if (asConfigured?.kind !== "selftest") throw new Error("the local world's third process is no self-test");
  // Nobody restarts another agent's daemon.
  const tester = { ...asConfigured, probes: asConfigured.probes.filter(({ name }) => name !== "reconnect") };
  const serving = runAgent([
    "--config",
    configFile("goodbye.json", { ...world, processes: [server], lingerMs: 3_600_000 }),
  ]);
  const testing = runAgent(["--config", configFile("tester.json", { ...world, processes: [tester] })]);
  const [served, tested] = await Promise.all([serving, testing]);
  expect([served.status, tested.status]).toEqual([0, 0]);
}, 60_000);

describe("a process alone, as the init of a guest starts it", () => {
  const alone = (name: string, config: string, source: string) => {
    const [ready, start, events] = ["ready", "start", "events"].map((file) => join(folder, `${name}-${file}`));
    return { words: ["--alone", config, source, "3", ready ?? "", start ?? ""], ready, start, events: events ?? "" };
  };

  test("daemon and self-test: the one tells by a file when it serves, the other waits for one", async () => {
    const world = await localWorldConfiguration();
    const [daemon, , asConfigured] = world.processes;
    if (asConfigured?.kind !== "selftest") throw new Error("the local world's third process is no self-test");
    const tester = { ...asConfigured, probes: [{ name: "control" as const, bytes: 1024, messages: 3 }] };
    const file = (name: string, process: unknown): string =>
      configFile(name, { ...world, lingerMs: 3_600_000, processes: [process] });
    const serving = alone("daemon", file("alone-daemon.json", { ...daemon, endsAfter: ["selftest"] }), "dsoftbusd");
    const testing = alone("tester", file("alone-tester.json", tester), "selftest-2");
    let isServing = false;
    const served = runAgent(serving.words, () => (isServing = true), serving.events);
    const tested = runAgent(testing.words, undefined, testing.events);
    await until(() => isServing && existsSync(serving.ready ?? "") && readFileSync(testing.events).length > 0);
    expect(eventsIn(testing.events).map(({ kind }) => kind)).toEqual([EventKind.PROCESS_STARTED]);
    writeFileSync(testing.start ?? "", "");
    expect((await tested).status).toBe(0);
    expect((await served).status).toBe(0);
    const told = eventsIn(testing.events).filter(({ kind }) => kind === EventKind.PROCESS_ENDED);
    expect(told).toMatchObject([{ source: "selftest-2", data: { process: "selftest-2", status: 0, expected: true } }]);
    expect(existsSync(testing.ready ?? "")).toBe(false);
  }, 60_000);

  test("a configuration of several processes is refused: each has its own", async () => {
    const { words, events } = alone(
      "several",
      configFile("several.json", await localWorldConfiguration()),
      "dsoftbusd",
    );
    const { status, lines } = await runAgent(words, undefined, events);
    expect([status, lines]).toEqual([2, ["agent: processes: must be one here"]]);
  });

  test("a daemon ends after its linger, or on SIGTERM", async () => {
    const world = await localWorldConfiguration();
    const run = async (lingerMs: number, onLine?: (line: string, pid: number) => void) => {
      const path = configFile(`linger-${lingerMs}.json`, {
        ...world,
        lingerMs,
        processes: world.processes.slice(0, 1),
      });
      const { words, events } = alone(`linger-${lingerMs}`, path, "dsoftbusd");
      return (await runAgent(words, onLine, events)).status;
    };
    expect(await run(200)).toBe(0);
    expect(await run(3_600_000, (_, pid) => process.kill(pid, "SIGTERM"))).toBe(0);
  }, 60_000);
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}
