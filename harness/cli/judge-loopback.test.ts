/**
 * Two programs on loopback, captured by another's tool: what stands in the file is none of ours, the secrets are one key log, and the
 * judge must find nothing. Where there is no dumpcap, or no right to capture, nothing is shown.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleEntry } from "../host/bundled-entry.ts";
import { freePort } from "../host/free-port.ts";
import { makeIdentity } from "../topology/identities.ts";
import { parseCommandArguments, type CommandIo } from "./command.ts";
import { judgeCommand } from "./judge-command.ts";
import type { JudgeReport } from "../observer/judging/judge-report.ts";

const RUN_TIMEOUT_MS = 90_000;
const LOOPBACK = "127.0.0.1";
const CAPTURES = {
  ethernet: ["-i", "lo"],
  cooked: ["-i", "any", "-y", "LINUX_SLL"],
  cooked2: ["-i", "any", "-y", "LINUX_SLL2"],
};

const folder = mkdtempSync(join(tmpdir(), "judge-loopback-"));
const path = (name: string): string => join(folder, name);
const identities = Object.fromEntries(["a", "udp", "tcp"].map((name) => [name, makeIdentity("judge", name)]));

function canCapture(): boolean {
  try {
    execFileSync("dumpcap", ["-i", "lo", "-a", "duration:1", "-q", "-w", path("trial")], { stdio: "ignore" });
    return existsSync(path("trial"));
  } catch {
    return false;
  }
}

const isPossible = canCapture();

function configuration(port: number): string {
  const peers = (self: string) =>
    Object.entries(identities)
      .filter(([name]) => name !== self)
      .map(([name, { deviceId, staticKey }]) => ({
        ...{ name, deviceId, staticKey, host: LOOPBACK, port: name === "a" ? port : 0, dial: false },
      }));
  const process = (name: string, more: object) => ({
    ...{ namespace: "root", identitySeed: identities[name]?.identitySeed, mode: "auto", udpSecEnabled: true },
    ...{ entropyPolicy: "kernel", peers: peers(name), allowUnknownPeers: false },
    ...more,
  });
  const services = ["control", "status", "echo", "bulk", "sink", "gate", "mirror"];
  const work = { bytes: 256 * 1024, messages: 50 };
  const [udp, tcp] = [
    [{ name: "control", ...work }, { name: "bulk", ...work }, { name: "backpressure" }, { name: "identity-reject" }],
    [{ name: "fallback", ...work }, { name: "many-streams" }],
  ];
  return JSON.stringify({
    ...{ version: 1, run: "judged", node: "host", keyLog: true, lingerMs: 0 },
    processes: [
      process("a", { kind: "dsoftbusd", services, listen: { host: LOOPBACK, port } }),
      process("udp", { kind: "selftest", target: "a", mode: "udp-sec", probes: udp }),
      process("tcp", { kind: "selftest", target: "a", udpSecEnabled: false, probes: tcp }),
    ],
  });
}

async function startCapture(name: keyof typeof CAPTURES, port: number): Promise<ChildProcess> {
  const words = ["-q", ...CAPTURES[name], "-f", `port ${port}`, "-w", path(`${name}.pcapng`)];
  const child = spawn("dumpcap", words, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  for await (const chunk of child.stderr as AsyncIterable<Buffer>) {
    said += chunk.toString();
    if (said.includes("File: ")) break;
  }
  return child;
}

async function endCapture(child: ChildProcess): Promise<void> {
  child.kill("SIGINT");
  if (child.exitCode === null) await once(child, "exit");
}

async function judge(...words: string[]): Promise<{ readonly status: number; readonly report: JudgeReport }> {
  let text = "";
  const stdout = { write: (part: string) => ((text += part), true) } as unknown as NodeJS.WriteStream;
  // Progress, on a host that has much else to do.
  const stderr = { write: () => true } as unknown as NodeJS.WriteStream;
  const io: CommandIo = { stdout, stderr, environment: {}, signal: new AbortController().signal };
  const status = await judgeCommand.run(parseCommandArguments(judgeCommand, [...words, "--json"]), io);
  return { status, report: JSON.parse(text) as JudgeReport };
}

beforeAll(async () => {
  if (!isPossible) return;
  const port = await freePort();
  writeFileSync(path("configuration.json"), configuration(port));
  const bundle = await bundleEntry({ entry: "guest/agent/main.ts", out: "build/run/guest-agent-main.mjs" });
  const captures = await Promise.all(
    (Object.keys(CAPTURES) as (keyof typeof CAPTURES)[]).map((name) => startCapture(name, port)),
  );
  // What a capture is told to see it sees a moment later.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const words = [bundle.path, "--config", path("configuration.json"), "--events", path("events.ndjson")];
  const agent = spawn(process.execPath, words, { stdio: "ignore" });
  await once(agent, "exit");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await Promise.all(captures.map(endCapture));
  const keyLog = readFileSync(path("events.ndjson"), "utf8").match(/UDPSEC_[A-Z]+ [0-9a-f]+ [0-9a-f]+/g) ?? [];
  const seeds = Object.values(identities).map(
    ({ deviceId, identitySeed }) => `UDPSEC_IDENTITY ${deviceId} ${identitySeed}`,
  );
  writeFileSync(path("secrets.txt"), [...seeds, ...keyLog].join("\n"));
  const devices = Object.entries(identities).map(([name, { deviceId, staticKey }]) => ({ name, deviceId, staticKey }));
  writeFileSync(path("plan.json"), JSON.stringify({ devices, congestion: "new-reno" }));
}, RUN_TIMEOUT_MS);

afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!isPossible)("a run on loopback, captured by dumpcap", () => {
  test.each(["ethernet", "cooked", "cooked2"] as const)("%s: kept", async (name) => {
    const { status, report } = await judge(
      path(`${name}.pcapng`),
      "--secrets",
      path("secrets.txt"),
      "--plan",
      path("plan.json"),
    );
    expect(report.findings).toEqual([]);
    expect(report.unjudged).toEqual([]);
    expect(status).toBe(0);
    const followed = report.sessions.filter(({ outcome }) => outcome === "followed");
    expect(new Set(followed.map(({ transport }) => transport))).toEqual(new Set(["udp", "tcp"]));
    expect(report.sessions.some(({ outcome }) => outcome === "refused")).toBe(true);
  });

  test("without secrets nothing is judged", async () => {
    expect((await judge(path("ethernet.pcapng"))).status).toBe(2);
  });
});
