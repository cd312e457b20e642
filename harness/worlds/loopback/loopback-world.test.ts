/** The local world around agents that do less than they should; the honest one is `udpsec dev` itself. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatEventLine } from "../../../contract/event-line.ts";
import { EventKind } from "../../../contract/events.ts";
import { MARKERS } from "../../../contract/markers.ts";
import { parseCommandArguments, formatHelp } from "../../cli/command.ts";
import { devCommand } from "../../cli/dev-command.ts";
import { RUNG_COUNT } from "./loopback-ladder.ts";
import { type LoopbackRung, runLoopbackWorld } from "./loopback-world.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "udpsec-local-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const DAEMON = [MARKERS.listenerUp(4000), MARKERS.sessionOk, MARKERS.selectedUdpSec, MARKERS.muxDataOk];
const OF_BOTH = ["probe many-streams", "probe reset", "probe half-close", MARKERS.identityRejectOk, "probe reconnect"];
/** By process: what each says. */
const LADDER: readonly (readonly [string, readonly string[]])[] = [
  ["dsoftbusd", DAEMON],
  ["dsoftbusd-2", DAEMON],
  ["selftest", [MARKERS.controlOk, MARKERS.bulkOk, MARKERS.backpressureOk, ...OF_BOTH]],
  ["selftest-2", [MARKERS.fallbackOk, ...OF_BOTH]],
  ["dsoftbusd-3", DAEMON],
  ["dsoftbusd-4", DAEMON],
];
interface Said {
  readonly source: string;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}
const said = (source: string, text: string): Said => {
  const probe = /^probe (.*)/.exec(text)?.[1];
  if (probe !== undefined) return { source, kind: EventKind.PROBE_PASSED, data: { probe } };
  return { source, kind: EventKind.MARKER, data: { text } };
};
const of = (source: string, kind: string, data: Readonly<Record<string, unknown>>): Said => ({ source, kind, data });
const LADDER_SAID = LADDER.flatMap(([source, texts]) => texts.map((text) => said(source, text)));
/** In its first life the second daemon may be restarted before. */
const MAY_MISS = LADDER_SAID.filter(({ source }) => source === "dsoftbusd-2").slice(1);
/** The self-tests have ended in order. */
const ENDS = ["selftest", "selftest-2"].map((process) =>
  of("agent", EventKind.PROCESS_ENDED, { process, status: 0, signal: null, expected: true }),
);

const GOES_ON = "setInterval(() => undefined, 1000);";

/** Runs a program that writes these events and ends so. @param more goes on after them */
async function runScripted(events: readonly Said[], status = 0, more = "", deadlineMs = 60_000) {
  const sequence = new Map<string, number>();
  const lines = events.map(({ source, kind, data }) => {
    const seq = (sequence.get(source) ?? 0) + 1;
    sequence.set(source, seq);
    return formatEventLine({ seq, source, atMs: 1, kind, data });
  });
  const agent = join(folder, "agent.mjs");
  const words = 'process.argv[process.argv.indexOf("--events") + 1]';
  const write = `import { appendFileSync } from "node:fs"; appendFileSync(${words}, ${JSON.stringify(lines.join(""))});`;
  // As the agent does: told to end, it ends in order.
  const ends = 'process.on("SIGTERM", () => process.exit());';
  writeFileSync(agent, `process.exitCode = ${status}; ${ends} ${write} ${more}`);
  const rungs: LoopbackRung[] = [];
  const output: string[] = [];
  const signal = new AbortController().signal;
  const result = await runLoopbackWorld({
    ...{ agent, signal, deadlineMs },
    onRung: (rung) => rungs.push(rung),
    onOutput: (line) => output.push(line),
  });
  expect(result.rungs).toEqual(rungs);
  return { ...result, output };
}

test("every rung and an orderly end pass, rungs as they come", async () => {
  const result = await runScripted([...LADDER_SAID, ...ENDS]);
  expect([result.passed, result.failures]).toEqual([true, []]);
  expect(result.rungs.map(({ source, text }) => [source, text])).toEqual(
    LADDER.flatMap(([source, texts]) => texts.map((text) => [source, text])),
  );
  expect(result.rungs).toHaveLength(RUNG_COUNT + MAY_MISS.length);
});

test("the daemon that its self-test restarts early passes without what it had no time for", async () => {
  const result = await runScripted([...LADDER_SAID.filter((one) => !MAY_MISS.includes(one)), ...ENDS]);
  expect(result.failures).toEqual([]);
  expect(result.rungs).toHaveLength(RUNG_COUNT);
});

test.each(
  LADDER_SAID.filter((one) => !MAY_MISS.includes(one)).map(
    (one) => [`${one.source}: ${String(one.data["text"] ?? one.data["probe"])}`, one] as const,
  ),
)("an agent that ends well without %s fails", async (_, absent) => {
  const result = await runScripted([...LADDER_SAID.filter((one) => one !== absent), ...ENDS]);
  expect(result.failures).toMatchObject([{ code: "missing", source: absent.source }]);
});

test.each<[string, readonly Said[], number, object]>([
  ["its exit status is not 0", [], 3, { code: "process-ended", detail: "ended with status 3" }],
  [
    "a probe failed",
    [of("selftest", EventKind.PROBE_FAILED, { probe: "reset", message: "why", code: "X" })],
    0,
    { code: "X", source: "selftest", detail: "probe reset: why" },
  ],
  [
    "a probe never ended",
    [of("selftest", EventKind.PROBE_STARTED, { probe: "bulk" })],
    0,
    { code: "missing", source: "selftest", detail: "probe bulk did not end" },
  ],
  [
    "a process died",
    [of("agent", EventKind.PROCESS_ENDED, { process: "d", status: null, signal: "SIGKILL" })],
    0,
    { code: "process-ended", source: "d", detail: "ended: status null, signal SIGKILL" },
  ],
  [
    "it says why it ended",
    [of("selftest", EventKind.FATAL, { message: "m", code: "C" })],
    0,
    { code: "C", source: "selftest", detail: "m" },
  ],
  [
    "an error was not caught",
    [
      of("selftest", EventKind.FATAL, {
        message: "TypeError: x",
        code: "UNCAUGHT",
        stack: "TypeError: x\n    at f (/y.js:1:2)",
      }),
    ],
    0,
    { code: "UNCAUGHT", source: "selftest", trace: ["TypeError: x", "    at f (/y.js:1:2)"] },
  ],
  [
    "a marker is in no list",
    [said("selftest", "SELFTEST: udp-sec bulk okay")],
    0,
    { code: "unknown-marker", source: "selftest", detail: "not in the list of markers: SELFTEST: udp-sec bulk okay" },
  ],
  [
    "a marker is another process's",
    [said("dsoftbusd", MARKERS.bulkOk)],
    0,
    { code: "wrong-node", source: "dsoftbusd" },
  ],
  ["a marker comes twice", [said("selftest", MARKERS.bulkOk)], 0, { code: "duplicate", source: "selftest" }],
])("fails where %s", async (_how, events, status, expected) => {
  // One whose status counts waits to be told: as it goes by itself, the word to end could end it first.
  const result = await runScripted([...LADDER_SAID, ...events, ...ENDS], status, status === 0 ? "" : GOES_ON);
  expect([result.passed, result.failures.length]).toEqual([false, 1]);
  expect(result.failures[0]).toMatchObject(expected);
});

test("a marker before its turn fails", async () => {
  const [first, second, ...rest] = LADDER_SAID;
  if (first === undefined || second === undefined) throw new Error("no ladder");
  const result = await runScripted([second, first, ...rest, ...ENDS]);
  expect(result.failures).toMatchObject([{ code: "out-of-order", source: "dsoftbusd" }]);
});

test("an agent that has said all and goes on is told to end; one that hangs before is late", async () => {
  const done = await runScripted(
    [...LADDER_SAID, ...ENDS],
    0,
    `process.on("SIGTERM", () => process.exit(0)); ${GOES_ON}`,
  );
  expect(done.failures).toEqual([]);
  const hung = await runScripted(LADDER_SAID.slice(1), 0, GOES_ON, 1_500);
  expect(hung.failures).toMatchObject([
    { code: "timed-out", detail: "not done after 1.5 s" },
    { code: "timed-out", detail: expect.stringMatching(/^waits .*it is kept by .*Timeout/) as string },
  ]);
}, 30_000);

test("an endless loop is named with its place, and ended", async () => {
  const { failures } = await runScripted(
    [],
    0,
    "\nfunction spinForEver() { for (;;) Math.sqrt(2); }\nspinForEver();",
    1_500,
  );
  const [late, spinning, ...more] = failures;
  expect([late?.detail, more]).toEqual(["not done after 1.5 s", []]);
  expect(spinning?.detail).toMatch(/^runs \(\d+ % of a processor\), at$/);
  expect(spinning?.trace?.[1]).toMatch(/^ {4}at spinForEver \(\S+agent\.mjs:2:\d+\)$/);
}, 40_000);

test("the word to end that meets an agent as it goes by itself ends nothing", async () => {
  const atOnce = `process.removeAllListeners("SIGTERM"); ${GOES_ON}`;
  expect((await runScripted([...LADDER_SAID, ...ENDS], 0, atOnce)).failures).toEqual([]);
});

test("what the agent prints is shown, but for markers, which come as events", async () => {
  const { output } = await runScripted([], 0, `console.log(${JSON.stringify(`dsoftbus: words\n${MARKERS.bulkOk}`)});`);
  expect(output).toEqual(["dsoftbus: words"]);
});

test("what the agent writes to stderr is shown, and fails", async () => {
  const result = await runScripted([...LADDER_SAID, ...ENDS], 0, 'process.stderr.write("a complaint");');
  expect(result.failures).toMatchObject([{ code: "agent-complains", detail: "a complaint" }]);
  expect(result.output).toEqual(["a complaint"]);
});

test("the stack itself passes, and its events are kept", async () => {
  const eventFile = join(folder, "kept.ndjson");
  const signal = new AbortController().signal;
  const result = await runLoopbackWorld({ eventFile, signal, onRung: () => undefined });
  expect(result.failures).toEqual([]);
  expect(result.rungs.length).toBeGreaterThanOrEqual(RUNG_COUNT);
  expect(readFileSync(eventFile, "latin1")).toContain(MARKERS.fallbackOk);
}, 60_000);

test("the command explains itself and takes no profile", async () => {
  const help = formatHelp(devCommand);
  for (const name of ["events", "json"]) expect(help).toContain(`--${name}`);
  const { stdout, stderr } = process;
  const io = { stdout, stderr, environment: {}, signal: new AbortController().signal };
  await expect(devCommand.run(parseCommandArguments(devCommand, ["udp-sec"]), io)).rejects.toMatchObject({
    code: "usage",
    message: "udpsec dev takes no argument udp-sec",
  });
});
