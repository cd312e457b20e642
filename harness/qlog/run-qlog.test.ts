/** qlog of a run that was left by machines, of one that its guests told of, and of virtual time: all by the same schema. */
import { appendFileSync, cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatEventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";
import { gatherRun } from "../report/gather/gather-run.ts";
import { REPORTED_RUN, reportedRuns } from "../report/reported-run.fixture.ts";
import { udpsec } from "../wireshark/virtual-capture.fixture.ts";
import { checkedQlog, type CheckedQlog } from "./main-schema.fixture.ts";
import { qlogOfRun } from "./run-qlog.ts";

const TIMEOUT_MS = 120_000;
let runs = "";
beforeAll(() => {
  runs = reportedRuns();
});
afterAll(() => rmSync(runs, { recursive: true }));

type Trace = CheckedQlog["traces"][number];
type Event = Trace["events"][number];

/** @returns what `udpsec qlog` writes of a run, by the names of its vantage points */
async function tracesOf(run: string, ...words: readonly string[]): Promise<ReadonlyMap<string, Trace>> {
  const output = join(runs, "out.qlog");
  const { status, text } = await udpsec("qlog", join(runs, run), "--output", output, ...words);
  expect([status, text]).toEqual([0, expect.stringContaining(output)]);
  return new Map(
    checkedQlog(readFileSync(output, "utf8")).traces.map((one) => [one.vantage_point.name ?? "", one] as const),
  );
}

const named = (events: readonly Event[], name: string): Event[] => events.filter((event) => event.name === name);
const headerOf = ({ data }: Event) => data["header"] as { packet_type: string; packet_number?: number };
const numbersOf = (events: readonly Event[]) => events.flatMap((event) => headerOf(event).packet_number ?? []);
const ackedBy = ({ data }: Event): number[][] =>
  ((data["frames"] ?? []) as { acked_ranges: number[][] }[]).flatMap((frame) => frame.acked_ranges);

describe("qlog of a run of machines", () => {
  it(
    "has a trace for each NIC, whose ends agree about what was sent, lost and arrived",
    { timeout: TIMEOUT_MS },
    async () => {
      const traces = await tracesOf(REPORTED_RUN);
      expect([...traces.keys()].sort()).toEqual(["a.0 client", "b.0 server"]);
      const [a, b] = [traces.get("a.0 client")?.events ?? [], traces.get("b.0 server")?.events ?? []];
      const [sent, received] = [named(a, "udpsec:packet_sent"), named(b, "udpsec:packet_received")];
      const lost = sent.filter(({ data }) => data["dropped"] === true);
      expect(lost.length).toBeGreaterThan(3);
      const arrived = new Set(numbersOf(received));
      expect(numbersOf(lost).filter((number) => arrived.has(number))).toEqual([]);
      expect([...arrived].filter((number) => !numbersOf(sent).includes(number))).toEqual([]);
      // What is acknowledged has arrived: the frames are the packets' own.
      const acked = named(b, "udpsec:packet_sent").flatMap(ackedBy);
      expect(acked.length).toBeGreaterThan(50);
      expect(acked.flatMap(([first = 0, last = 0]) => [first, last]).filter((number) => !arrived.has(number))).toEqual(
        [],
      );
      const times = a.map(({ time }) => time);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
      expect(headerOf(a[0] as Event)).toEqual({ packet_type: "msg1" });
      expect([...traces.values()].flatMap(({ event_schemas: schemas }) => schemas)).toEqual(
        Array(2).fill("urn:x-udpsec:qlog:events:1"),
      );
    },
  );

  it("is of one machine if asked", { timeout: TIMEOUT_MS }, async () => {
    expect([...(await tracesOf(REPORTED_RUN, "--node", "b")).keys()]).toEqual(["b.0 server"]);
  });

  it("leaves out what is beyond its bound, and says so", { timeout: TIMEOUT_MS }, async () => {
    const { traces, problems } = await qlogOfRun(join(runs, REPORTED_RUN), "a", 100);
    expect(traces.flatMap(({ events }) => events).length).toBeLessThanOrEqual(100);
    expect(problems).toEqual([expect.stringMatching(/^\d+ packets of the captures are left out/)]);
  });
});

describe("qlog of what guests told", () => {
  let seq = 1_000_000;
  const line = (kind: string, data: object, atMs = 0) =>
    formatEventLine({ seq: (seq += 1), source: "dsoftbusd", atMs, kind, data: { ...data } });

  it("is a trace for each process beside its NIC's, on the run's clock", { timeout: TIMEOUT_MS }, async () => {
    cpSync(join(runs, REPORTED_RUN), join(runs, "told"), { recursive: true });
    const events = join(runs, "told", "a-events.ndjson");
    const marker = /"at":([0-9.]+),"kind":"marker","data":\{"text":"SELFTEST: udp-sec bulk ok"/.exec(
      readFileSync(events, "utf8"),
    );
    const atMs = Number(marker?.[1]);
    expect(atMs).toBeGreaterThan(0);
    const state = { name: "udpsec:connection_state_updated", group_id: "01", data: { new: "attempted" } };
    const lost = { time: atMs + 1.5, name: "udpsec:packet_lost", data: { header: { packet_number: 7 } } };
    const told = [
      line(EventKind.QLOG, { events: [{ time: atMs, ...state }, lost] }),
      // A guest may write what it likes.
      line(EventKind.QLOG, { events: [{ time: "now", ...state }, null, { time: 1, name: "<script>", data: {} }] }),
      line(EventKind.QLOG, { events: "none" }),
      line(EventKind.QLOG_ENDED, { bytes: 1000 }),
    ];
    appendFileSync(events, told.join(""));
    const traces = await tracesOf("told");
    expect([...traces.keys()].sort()).toEqual(["a.0 client", "a/dsoftbusd", "b.0 server"]);
    const trace = traces.get("a/dsoftbusd");
    expect(trace?.vantage_point).toEqual({ name: "a/dsoftbusd", type: "client" });
    expect(trace?.description).toContain("it ends where it had told as much as it may");
    const rungs = JSON.parse(readFileSync(join(runs, "told", "summary.json"), "utf8")) as {
      readonly rungs: readonly { readonly marker: string; readonly reachedMs?: number }[];
    };
    const reachedMs = rungs.rungs.find(({ marker: id }) => id === "bulk-ok")?.reachedMs ?? 0;
    const times = trace?.events.map(({ time }) => time) ?? [];
    expect(times).toHaveLength(2);
    // The page of the run has the port's other events, and is not flooded by these.
    const shown = (await gatherRun(join(runs, "told"))).data.events.filter(({ source }) => source === "dsoftbusd");
    expect(shown.map(({ kind }) => kind).filter((kind) => kind.startsWith("qlog"))).toEqual([EventKind.QLOG_ENDED]);
    expect(Math.abs((times[0] ?? 0) - reachedMs)).toBeLessThan(100);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeCloseTo(1.5, 2);
  });
});

it("qlog of virtual time has a trace for each node, by the same schema", { timeout: TIMEOUT_MS }, async () => {
  const output = join(runs, "virtual.qlog");
  const { status } = await udpsec("sim", "--scenario", "transfer", "--seed", "7", "--trace", output);
  expect(status).toBe(0);
  const { traces } = checkedQlog(readFileSync(output, "utf8"));
  expect(traces.map(({ vantage_point: { type } }) => type).sort()).toEqual(["client", "server"]);
  expect(traces.flatMap(({ events }) => events.flatMap(ackedBy)).length).toBeGreaterThan(10);
});

describe("udpsec qlog", () => {
  it.each([
    [["no-such-run"], /there is no finished run/],
    [[REPORTED_RUN, "other"], /one run at a time/],
    [[REPORTED_RUN, "--node", "c"], /no machine c in this run/],
  ])("%o is told what would fit", async (words, message) => {
    await expect(udpsec("qlog", ...words, "--output-dir", runs)).rejects.toThrow(message);
  });

  it("says of a run that nothing can be traced of what would help", async () => {
    const bare = join(runs, "bare");
    cpSync(join(runs, REPORTED_RUN, "summary.json"), join(bare, "summary.json"));
    await expect(udpsec("qlog", bare)).rejects.toThrow(/nothing in .* can be traced/);
  });
});
