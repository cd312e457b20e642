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
import { type LoopbackRung, runLoopbackWorld } from "./loopback-world.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "udpsec-local-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const LADDER = [
  MARKERS.sessionOk,
  MARKERS.selectedUdpSec,
  MARKERS.muxDataOk,
  MARKERS.controlOk,
  MARKERS.bulkOk,
  MARKERS.backpressureOk,
  MARKERS.fallbackOk,
  MARKERS.identityRejectOk,
];
interface Said {
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}
const markers: readonly Said[] = LADDER.map((text) => ({ kind: EventKind.MARKER, data: { text } }));

/** Runs a program that writes these events and ends so. */
async function runScripted(events: readonly Said[], status = 0, more = "") {
  const lines = events.map(({ kind, data }, index) => {
    return formatEventLine({ seq: index + 1, source: "selftest", atMs: 1, kind, data });
  });
  const agent = join(folder, "agent.mjs");
  const words = 'process.argv[process.argv.indexOf("--events") + 1]';
  const write = `import { appendFileSync } from "node:fs"; appendFileSync(${words}, ${JSON.stringify(lines.join(""))});`;
  writeFileSync(agent, `${write}${more} process.exitCode = ${status};`);
  const rungs: LoopbackRung[] = [];
  const signal = new AbortController().signal;
  const result = await runLoopbackWorld({ agent, signal, onRung: (rung) => rungs.push(rung) });
  expect(result.rungs).toEqual(rungs);
  return result;
}

test("every rung and an orderly end pass, rungs as they come", async () => {
  const result = await runScripted([...markers, { kind: EventKind.PROBE_PASSED, data: { probe: "reset" } }]);
  expect([result.passed, result.failures]).toEqual([true, []]);
  expect(result.rungs.map(({ text }) => text)).toEqual([...LADDER, "probe reset"]);
});

test.each(LADDER)("an agent that ends well without %s fails", async (absent) => {
  const result = await runScripted(markers.filter(({ data }) => data["text"] !== absent));
  expect(result.failures).toEqual([`never reached: ${absent}`]);
});

test.each<[string, readonly Said[], number, RegExp]>([
  ["its exit status is not 0", markers, 3, /agent ended with 3/],
  [
    "a probe failed",
    [...markers, { kind: EventKind.PROBE_FAILED, data: { probe: "reset", message: "why", code: "X" } }],
    0,
    /selftest: probe reset: why \(X\)/,
  ],
  [
    "a probe never ended",
    [...markers, { kind: EventKind.PROBE_STARTED, data: { probe: "bulk" } }],
    0,
    /bulk did not end/,
  ],
  [
    "a process died",
    [...markers, { kind: EventKind.PROCESS_ENDED, data: { process: "d", status: null, signal: "SIGKILL" } }],
    0,
    /d ended: status null, signal SIGKILL/,
  ],
  ["it says why it ended", [...markers, { kind: EventKind.FATAL, data: { message: "m", code: "C" } }], 0, /m \(C\)/],
])("fails where %s", async (_how, events, status, expected) => {
  const result = await runScripted(events, status);
  expect([result.passed, result.failures.length]).toEqual([false, 1]);
  expect(result.failures[0]).toMatch(expected);
});

test("what the agent writes to stderr is shown", async () => {
  const result = await runScripted(markers, 0, 'process.stderr.write("a complaint");');
  expect(result.failures).toEqual(["a complaint"]);
});

test("the stack itself passes, and its events are kept", async () => {
  const eventFile = join(folder, "kept.ndjson");
  const signal = new AbortController().signal;
  const result = await runLoopbackWorld({ eventFile, signal, onRung: () => undefined });
  expect(result.failures).toEqual([]);
  expect(result.rungs.filter(({ text }) => text === "probe reconnect")).toHaveLength(2);
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
