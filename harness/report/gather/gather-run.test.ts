import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodePackets } from "../model/packet-columns.ts";
import { contentOf, kindOf } from "../model/packet-text.ts";
import { REPORTED_RUN, reportedRuns } from "../reported-run.fixture.ts";
import { gatherRun } from "./gather-run.ts";

let runs = "";
let folder = "";
beforeAll(() => {
  runs = reportedRuns();
  folder = join(runs, REPORTED_RUN);
});
afterAll(() => rmSync(runs, { recursive: true }));

/** @returns a copy that a test may damage */
function copy(name: string): string {
  const path = join(runs, name);
  cpSync(folder, path, { recursive: true });
  return path;
}

describe("a run that failed", () => {
  it("tells what broke, where, and what was seen of it", async () => {
    const { data, problems } = await gatherRun(folder);
    expect(problems).toEqual([]);
    expect(data.verdict).toMatchObject({
      passed: false,
      code: "exited",
      title: "the guest ended before its ladder was complete",
    });
    const broken = data.rungs[data.moment.rung ?? -1];
    expect(broken).toMatchObject({ node: "a", marker: "backpressure-ok", status: "missing" });
    expect(data.moment).toMatchObject({ node: "a", atMs: data.consoles[0]?.lines.at(-1)?.[0] });
    // A marker's text has what was printed in the place of its fields.
    expect(data.rungs.find(({ marker }) => marker === "listener-up")?.text).toMatch(/listener up \d+$/);
    expect(data.actions.map(({ what }) => what)).toEqual(["trigger a/control-ok"]);
  });

  it("has every packet, opened, on the run's clock", async () => {
    const { data, packets } = await gatherRun(folder);
    const { packets: head } = data;
    if (head === undefined) throw new RangeError("no packets");
    expect(head).toMatchObject({ rows: head.total, taps: ["a.0", "b.0"], bins: [] });
    expect(head.sessions).toMatchObject([{ isOpened: true }]);
    const columns = decodePackets(packets, head.rows);
    const rows = Array.from({ length: head.rows }, (_, row) => row);
    const data1 = rows.filter((row) => kindOf(columns, row) === "DATA");
    expect(data1.length).toBeGreaterThan(50);
    expect(data1.every((row) => (columns.offset[row] ?? -1) >= 0)).toBe(true);
    expect(rows.filter((row) => columns.repeated[row] === 1).length).toBeGreaterThan(5);
    expect(head.fates).toContain("dropped: drop");
    expect(head.fates.some((fate) => fate.includes("blackhole"))).toBe(true);
    const dropped = rows.filter((row) => columns.fate[row] === head.fates.indexOf("dropped: drop") + 1);
    expect(contentOf(columns, dropped[0] ?? 0, head)).toContain("dropped: drop");
    // The first message belongs to the session of its answer.
    const msg1 = rows.find((row) => kindOf(columns, row) === "MSG1") ?? 0;
    expect([columns.session[msg1], columns.fromInitiator[msg1]]).toEqual([0, 1]);
    const [first, last] = [columns.timeUs[0] ?? 0, columns.timeUs[head.rows - 1] ?? 0];
    const boot = data.nodes[0]?.bootMs ?? 0;
    expect([first / 1000 > boot, last / 1000 < data.endMs]).toEqual([true, true]);
  });

  it("puts events where its markers were read, and tells no secret", async () => {
    const { data } = await gatherRun(folder);
    const marker = data.events.find(
      ({ node, kind, text }) => node === "a" && kind === "marker" && text.includes("bulk ok"),
    );
    const rung = data.rungs.find(({ marker: id }) => id === "bulk-ok");
    expect(Math.abs((marker?.atMs ?? 0) - (rung?.reachedMs ?? 0))).toBeLessThan(100);
    const secrets = [...readFileSync(join(folder, "secrets.txt"), "utf8").matchAll(/[0-9a-f]{64}$/gm)].map(
      ([key]) => key,
    );
    expect(secrets.length).toBeGreaterThan(3);
    const text = JSON.stringify(data);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });

  it("links each rung to the rules that were asked about it", async () => {
    const { data } = await gatherRun(folder);
    const rung = data.rungs.find(({ marker }) => marker === "bulk-ok");
    const rules = rung?.findings.map((index) => data.findings[index]?.rule);
    expect(rules).toEqual(expect.arrayContaining(["udp-bulk-volume", "canary-not-in-clear", "bulk-as-asked"]));
  });
});

describe("of a run of which something is missing", () => {
  it("the rest is shown, and what it is stands there", async () => {
    const path = copy("no-capture");
    rmSync(join(path, "fabric.pcapng"));
    const { data, problems } = await gatherRun(path);
    expect(problems).toEqual([expect.stringMatching(/^capture-missing: fabric\.pcapng /)]);
    expect(data.packets).toBeUndefined();
    expect(data.leftOut).toEqual(expect.arrayContaining([...problems]));
  });

  it("a console whose file is empty, as on a full disk, has the last lines that the summary tells", async () => {
    const path = copy("no-console");
    const tail = ["   1.500  booting", "   2.250  up"];
    const summary = JSON.parse(readFileSync(join(path, "summary.json"), "utf8")) as { nodes: { name: string }[] };
    const nodes = summary.nodes.map((node) => ({ ...node, ...(node.name === "a" ? { tail } : {}) }));
    writeFileSync(join(path, "summary.json"), JSON.stringify({ ...summary, nodes }));
    writeFileSync(join(path, "a-console.txt"), "");
    const { data } = await gatherRun(path);
    expect(data.consoles[0]?.lines).toEqual([
      [1_500, "booting"],
      [2_250, "up"],
    ]);
    expect(data.leftOut).toContain("a-console.txt is empty: the last lines of a are shown");
  });

  it("a capture that was cut short shows what it has", async () => {
    const path = copy("cut-capture");
    writeFileSync(join(path, "fabric.pcapng"), readFileSync(join(folder, "fabric.pcapng")).subarray(0, -1));
    const { data } = await gatherRun(path);
    expect(data.packets?.rows).toBeGreaterThan(100);
    expect(data.leftOut.join("\n")).toMatch(/fabric\.pcapng: the file ends within a record/);
  });

  it("a summary that is none is an error with a code", async () => {
    const path = copy("no-summary");
    writeFileSync(join(path, "summary.json"), "{");
    await expect(gatherRun(path)).rejects.toMatchObject({ code: "run-damaged" });
    writeFileSync(join(path, "summary.json"), '{"profile": 3}');
    await expect(gatherRun(path)).rejects.toMatchObject({ code: "run-damaged" });
  });

  it("a packet that a rule names is found, in a file or at a NIC, and the page opens there", async () => {
    const path = copy("cited");
    const summary = JSON.parse(readFileSync(join(path, "summary.json"), "utf8")) as {
      evidence: unknown[];
      failures: unknown[];
    };
    const saw =
      "RX-9, by the initiator: something (packet 40 of fabric.pcapng; docs/distributed/x.md [R-1]), and (frame 3 at b.0)";
    summary.evidence.unshift({ rule: "observer", saw, verdict: "contradicted" });
    summary.failures = [{ code: "contradicted", rule: "observer", detail: saw }];
    writeFileSync(join(path, "summary.json"), JSON.stringify(summary));
    const { data, packets } = await gatherRun(path);
    const columns = decodePackets(packets, data.packets?.rows ?? 0);
    const [inFile = -1, atNic = -1] = data.findings[0]?.cited ?? [];
    expect(columns.number[inFile]).toBe(40);
    const atB = Array.from({ length: columns.rows }, (_, row) => row).filter((row) => columns.tap[row] === 1);
    expect(atNic).toBe(atB[2]);
    const there = { atMs: (columns.timeUs[inFile] ?? 0) / 1000, why: "the packet that the rule names" };
    expect(data.moment).toMatchObject(there);
    // What an end did that the specification forbids explains why a rung did not come.
    summary.failures.unshift({ code: "exited", node: "a", marker: "backpressure-ok", detail: "it never appeared" });
    writeFileSync(join(path, "summary.json"), JSON.stringify(summary));
    expect((await gatherRun(path)).data.moment).toMatchObject({ ...there, node: "a" });
  });
});

it("a console keeps its colours, and nothing else that a terminal obeys", async () => {
  const path = copy("colors");
  appendFileSync(join(path, "a-console.txt"), "  99.000  red and plain\n");
  appendFileSync(join(path, "a-serial.log"), "\u001b[2J\u001b[31mred\u001b[0m and \u001b]0;title\u0007plain\r\n");
  const { data } = await gatherRun(path);
  expect(data.consoles[0]?.lines.at(-1)).toEqual([99_000, "\u001b[31mred\u001b[0m and plain"]);
});

it("a long console keeps its ends and what stands about a rung, and says what is missing", async () => {
  const path = copy("long");
  const line = (at: number): string => `${(at / 1000).toFixed(3).padStart(8)}  line ${at} ${"x".repeat(80)}`;
  const lines = Array.from({ length: 40_000 }, (_, at) => line(at * 10));
  writeFileSync(join(path, "a-console.txt"), `${lines.join("\n")}\n`);
  const { data } = await gatherRun(path);
  const shown = data.consoles[0]?.lines ?? [];
  expect(shown.reduce((sum, [, text]) => sum + text.length, 0)).toBeLessThan(1.1 * 1024 ** 2);
  expect([shown[0]?.[0], shown.at(-1)?.[0]]).toEqual([0, 399_990]);
  const reached = data.rungs.flatMap(({ reachedMs }) => reachedMs ?? []);
  for (const at of reached) expect(shown.some(([atMs]) => Math.abs(atMs - at) <= 10)).toBe(true);
  expect(data.leftOut.join("\n")).toMatch(/of 40000 console lines of a are in a-console\.txt only/);
});
