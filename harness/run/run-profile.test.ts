import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { EvidenceFinding } from "../evidence/findings/evidence-finding.ts";
import { SetupError } from "../host/setup-error.ts";
import type { RunRequest } from "./request/run-request.ts";
import type { RunPorts } from "./opened-run.ts";
import { runProfile } from "./run-profile.ts";
import {
  loadScripted,
  notingReporter,
  RUNGS,
  scriptedEquipment,
  scriptedPorts,
  scriptedProfile,
  scriptedRequest,
  type Script,
} from "./scripted-machine.fixture.ts";

const runsFolder = mkdtempSync(join(tmpdir(), "runs-"));
afterAll(() => rmSync(runsFolder, { recursive: true, force: true }));
const INIT = "init: udpsec initramfs up";
const OFF = { kind: "guest-shutdown" } as const;
const GREEN: Script = { lines: [INIT, ...RUNGS], exit: OFF };
let runs = 0;

async function run(
  ports: RunPorts,
  overrides: Partial<RunRequest> = {},
  signal = new AbortController().signal,
  toml = scriptedProfile(),
) {
  const reporter = notingReporter();
  const request = scriptedRequest(loadScripted(toml), { runsFolder, seed: `s${++runs}`, ...overrides });
  const result = await runProfile(request, scriptedEquipment(), reporter, signal, ports);
  return { result, calls: reporter.calls };
}

const codeOf = async (script: Script): Promise<string> => (await run(scriptedPorts(script))).result.code;

describe("a run", () => {
  it("passes when every rung came, the machine powered off and the evidence confirms", async () => {
    const { result, calls } = await run(scriptedPorts(GREEN));
    expect(result).toMatchObject({ passed: true, code: "passed", failures: [] });
    expect(calls).toEqual(["started", "rung rng-blocked", "rung rng-gate-ok", "ended passed"]);
    expect(result.nodes).toMatchObject([{ name: "a", exit: "guest-shutdown", events: 2, eventPortDamage: 0 }]);
  });

  it("has a nonce of its own, whatever its seed, unless it plays an earlier one", async () => {
    const runOf = async (overrides: Partial<RunRequest>) => (await run(scriptedPorts(GREEN), overrides)).result;
    const fresh = [await runOf({ seed: "same" }), await runOf({ seed: "same" })];
    for (const { nonce } of fresh) expect(nonce).toMatch(/^[0-9a-f]{64}$/);
    expect(fresh[0]?.nonce).not.toBe(fresh[1]?.nonce);
    const played = await runOf({ nonce: "earlier" });
    expect(played.nonce).toBe("earlier");
    const read = (name: string): string => readFileSync(join(played.artifactsFolder, name), "utf8");
    expect(JSON.parse(read("plan.json"))).toMatchObject({ version: 1, nonce: "earlier", nodes: [{ name: "a" }] });
    expect(JSON.parse(read("summary.json"))).toMatchObject({ nonce: "earlier" });
    expect(statSync(join(played.artifactsFolder, "secrets.txt")).mode & 0o777).toBe(0o600);
  });

  it("leaves its artifacts and a link to the latest", async () => {
    const { result } = await run(scriptedPorts(GREEN));
    const files = readdirSync(result.artifactsFolder);
    const wanted = [
      "summary.json",
      "summary.txt",
      "junit.xml",
      "a-console.txt",
      "a-screen.txt",
      "a-serial.log",
      "a-events.ndjson",
    ];
    expect(files).toEqual(expect.arrayContaining(wanted));
    // Nothing says any longer that it goes on.
    expect(files.filter((name) => name.startsWith("."))).toEqual([]);
    expect(readlinkSync(join(dirname(result.artifactsFolder), "latest"))).toBe(basename(result.artifactsFolder));
    const summary = JSON.parse(readFileSync(join(result.artifactsFolder, "summary.json"), "utf8")) as Record<
      string,
      unknown
    >;
    expect(summary).toMatchObject({
      version: 1,
      code: "passed",
      rungs: [{ status: "reached" }, { status: "reached" }],
    });
    expect(summary["evidence"]).toEqual([
      { rule: "machine-ending", verdict: "confirmed", saw: "QMP: a: guest-shutdown" },
      { rule: "no-session-traffic", verdict: "confirmed", saw: "0 frames" },
    ]);
    expect(readFileSync(join(result.artifactsFolder, "a-console.txt"), "utf8")).toContain(RUNGS[1]);
  });

  it.each<[string, Script]>([
    ["exited", { lines: [INIT, RUNGS[0]], exit: OFF }],
    ["crashed", { lines: [INIT, ...RUNGS, "Kernel panic - not syncing"], exit: { kind: "guest-reset" } }],
    ["crashed", { lines: [INIT, ...RUNGS], exit: { kind: "guest-reset" } }],
    ["stopped", { lines: [INIT], exit: { kind: "stopped", status: "internal-error" } }],
    ["stopped", { lines: [INIT], exit: { kind: "signal", signal: "SIGSEGV" } }],
    ["stopped", { lines: [], exit: { kind: "error", exitCode: 1, stderr: "qemu: no such device" } }],
    ["forbidden", { lines: [INIT, "SELFTEST: udp-sec bulk ok", ...RUNGS], exit: OFF }],
    ["unknown-marker", { lines: [INIT, "SELFTEST: all is well", ...RUNGS], exit: OFF }],
    ["out-of-order", { lines: [INIT, RUNGS[1], RUNGS[0]], exit: OFF }],
    ["duplicate", { lines: [INIT, RUNGS[0], ...RUNGS], exit: OFF }],
    ["channels-disagree", { lines: [INIT, ...RUNGS], quiet: [RUNGS[1]], exit: OFF }],
  ])("%s", async (code, script) => {
    expect(await codeOf(script)).toBe(code);
  });

  it("contradicted: green markers that the evidence denies", async () => {
    const finding = {
      rule: "no-session-traffic",
      marker: "rng-gate-ok",
      finding: "contradicted",
      saw: "9 frames",
    } as const;
    const ending = { rule: "machine-ending", marker: undefined, finding: "confirmed", saw: "off" } as const;
    const { result } = await run(scriptedPorts(GREEN, [ending, finding]));
    expect(result).toMatchObject({ passed: false, code: "contradicted", detail: "no-session-traffic: 9 frames" });
  });

  it("unconfirmed: a rule that should speak and doesn't, or no evidence at all", async () => {
    const ending = { rule: "machine-ending", marker: undefined, finding: "confirmed", saw: "off" } as const;
    expect((await run(scriptedPorts(GREEN, [ending]))).result).toMatchObject({ code: "unconfirmed" });
    expect((await run(scriptedPorts(GREEN, []))).result.failures[0]?.detail).toBe("there is no evidence at all");
  });

  it("timed out: the deadline passes with a machine that goes on", async () => {
    const { result } = await run(scriptedPorts({ lines: [INIT, RUNGS[0]], exit: undefined }), { timeoutMs: 150 });
    expect(result.code).toBe("timed-out");
    expect(result.detail).toContain('waiting for "SELFTEST: rng gate ok"');
    expect(result.nodes[0]?.exit).toBe("ended");
  });

  it("hung and silent: the budget of a rung passes with and without bytes", async () => {
    const quick = scriptedProfile().replaceAll('budget = "20s"', 'budget = "1ms"');
    const signal = new AbortController().signal;
    const silent = await run(scriptedPorts({ lines: [INIT], exit: undefined }), {}, signal, quick);
    expect(silent.result).toMatchObject({ code: "silent", failures: [{ marker: "rng-blocked" }] });
  });

  it("interrupted: the machines end, the summary is written", async () => {
    const abort = new AbortController();
    const ports = scriptedPorts({ lines: [INIT], exit: undefined });
    const running = run(ports, {}, abort.signal);
    abort.abort("SIGTERM");
    const { result } = await running;
    expect(result).toMatchObject({ code: "interrupted", detail: "SIGTERM" });
    expect(existsSync(join(result.artifactsFolder, "summary.json"))).toBe(true);
  });

  it("RUN_UNTIL_MARKER: ends a machine that goes on after the last rung", async () => {
    const { result } = await run(scriptedPorts({ lines: [INIT, ...RUNGS], exit: undefined }), { untilMarker: true });
    expect(result).toMatchObject({ code: "passed", nodes: [{ exit: "ended" }], cut: true });
  });

  describe("that is cut at its last rung", () => {
    const goesOn: Script = { lines: [INIT, ...RUNGS], exit: undefined };
    const silent = (rule: string): EvidenceFinding => ({
      ...{ rule, marker: undefined, finding: "unavailable", saw: "ended before it could tell" },
    });
    const cutRun = async (evidence: EvidenceFinding[], overrides: Partial<RunRequest> = {}) =>
      run(scriptedPorts(goesOn, evidence), { untilMarker: true, ...overrides });
    const wire: EvidenceFinding = {
      rule: "no-session-traffic",
      marker: undefined,
      finding: "confirmed",
      saw: "0 frames",
    };

    it("passes, and tells the rules that could not speak", async () => {
      const { result } = await cutRun([silent("machine-ending"), wire]);
      expect(result).toMatchObject({ passed: true, code: "passed", cut: true, silentRules: ["machine-ending"] });
      expect(result.standings).toMatchObject({ confirmed: 2, guestsWord: 0, nothingToJudge: 0 });
      const summary = readFileSync(join(result.artifactsFolder, "summary.txt"), "utf8");
      expect(summary).toContain("verdict      passed (cut)\n");
      expect(summary).toContain("silent       machine-ending\n");
      const json: unknown = JSON.parse(readFileSync(join(result.artifactsFolder, "summary.json"), "utf8"));
      expect(json).toMatchObject({
        ...{ cut: true, silentRules: ["machine-ending"] },
        markers: { confirmed: 2, guestsWord: 0, nothingToJudge: 0 },
        rungs: [{ standing: "confirmed", confirmedBy: ["no-session-traffic"] }, { standing: "confirmed" }],
      });
    });

    it("leaves nothing to judge of a marker whose rule is silent", async () => {
      const { result } = await cutRun([silent("machine-ending"), silent("no-session-traffic")]);
      expect(result).toMatchObject({ passed: true, silentRules: ["machine-ending", "no-session-traffic"] });
      expect(result.standings).toMatchObject({ confirmed: 0, guestsWord: 0, nothingToJudge: 2 });
    });

    it("fails if evidence is required", async () => {
      const { result } = await cutRun([silent("machine-ending"), wire], { requireEvidence: true });
      expect(result).toMatchObject({ passed: false, code: "unconfirmed" });
      expect(result.detail).toMatch(/ended at its last rung .* could not speak: machine-ending/);
    });

    it("fails where a rule speaks against it, or nothing speaks at all", async () => {
      const { result } = await cutRun([{ ...wire, finding: "contradicted" }]);
      expect(result).toMatchObject({ passed: false, code: "contradicted", standings: { denied: 2 } });
      expect((await cutRun([])).result.code).toBe("unconfirmed");
    });
  });

  it("that goes to its end fails with --require-evidence if a rule that was asked for is silent about anything", async () => {
    const about = { rule: "no-session-traffic", saw: "no capture" } as const;
    const ending: EvidenceFinding = { rule: "machine-ending", marker: undefined, finding: "confirmed", saw: "off" };
    const evidence: EvidenceFinding[] = [
      ending,
      ...(["confirmed", "unavailable"] as const).flatMap((finding, at) =>
        ["rng-blocked", "rng-gate-ok"].map((marker) => ({ ...about, marker, node: "ab"[at] ?? "", finding })),
      ),
      // Nobody asked it.
      { rule: "kernel-counters-agree", marker: undefined, finding: "unavailable", saw: "no counters" },
    ];
    const codes = await Promise.all(
      [false, true].map(
        async (requireEvidence) => (await run(scriptedPorts(GREEN, evidence), { requireEvidence })).result,
      ),
    );
    expect(codes.map(({ fullCode }) => fullCode)).toEqual(["passed", "unconfirmed/no-session-traffic"]);
    expect(codes[1]?.failures.map(({ rule }) => rule)).not.toContain("kernel-counters-agree");
  });

  it("set-up failed: a machine that can't be started is no failed check", async () => {
    const startMachine = () => Promise.reject(new SetupError("qemu-unusable", "it is broken", "mend it"));
    const { result } = await run({ ...scriptedPorts(GREEN), startMachine });
    expect(result).toMatchObject({ code: "setup-failed", detail: "qemu-unusable: it is broken (mend it)" });
  });

  it("a bug is thrown, not reported as a verdict", async () => {
    const startMachine = () => Promise.reject(new TypeError("oh no"));
    await expect(run({ ...scriptedPorts(GREEN), startMachine })).rejects.toThrow("oh no");
  });

  it("keeps a failed run from pruning when asked to", async () => {
    const { result } = await run(scriptedPorts({ lines: [], exit: OFF }), { keepOnFailure: true });
    expect(readdirSync(result.artifactsFolder)).toContain("keep");
  });
});
