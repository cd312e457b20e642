/** What processes and kernels say beside the markers, and against them. */
import type { EventLine } from "../../../contract/event-line.ts";
import type { RecordedRun } from "../recordings/recording.ts";
import { formatEvents, parseEvents } from "../tamper/console-edit.ts";
import { onRun } from "./honest-runs.ts";
import type { RecordedSabotage } from "./sabotage.ts";

const told = { code: "contradicted", rules: ["told-agrees"] } as const;
const counted = { code: "contradicted", rules: ["kernel-counters-agree"] } as const;

export const TOLD_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onRun("udp-sec"),
    ...told,
    name: "probe-failed-beside-its-marker",
    breaks: "says that the bulk probe failed, and prints its marker",
    tamper: (run) =>
      telling(run, (event) =>
        event.kind === "probe-passed" && event.data["probe"] === "bulk"
          ? { ...event, kind: "probe-failed", data: { probe: "bulk", message: "digest differs" } }
          : event,
      ),
  },
  {
    ...onRun("udp-sec"),
    ...told,
    name: "self-test-that-died",
    breaks: "lets the self-test die of a signal once it has printed its markers",
    tamper: (run) => ending(run, { status: null, signal: "SIGSEGV", expected: false }),
  },
  {
    ...onRun("udp-sec"),
    ...told,
    name: "death-that-was-expected",
    breaks: "says that the self-test was to die of a signal",
    tamper: (run) => ending(run, { status: null, signal: "SIGKILL", expected: true }),
  },
  {
    ...onRun("udp-sec"),
    ...told,
    name: "markers-of-another-process",
    breaks: "lets the daemon say what the self-test has found",
    tamper: (run) =>
      telling(run, (event) =>
        event.kind === "marker" && event.source === "selftest" ? { ...event, source: "dsoftbusd" } : event,
      ),
  },
  {
    ...onRun("udp-sec"),
    ...told,
    name: "accused-by-nobody",
    breaks: "says that its peer closed the session because it broke a rule, which nobody said on the wire",
    tamper: (run) =>
      telling(run, (event) => {
        const end = { name: "PROTOCOL", code: 1, reason: "", by: "peer" };
        return event.kind === "session-closed" ? { ...event, data: { ...event.data, end } } : event;
      }),
  },
  {
    ...onRun("udp-sec"),
    ...counted,
    name: "work-over-loopback",
    breaks: "lets its kernel count on the loopback what the wire shows",
    tamper: (run) =>
      reporting(run, (text) =>
        text.replaceAll(/( lo:)( +0 +)0/g, "$1$2535").replaceAll(/(lo: +\d+ +\d+(?: +0){7} +)0/g, "$1535"),
      ),
  },
  {
    ...onRun("udp-sec"),
    ...counted,
    name: "device-that-carried-nothing",
    breaks: "sends over the wire, and its kernel's device has sent nothing",
    tamper: (run) => reporting(run, (text) => text.replaceAll(/(eth[01]:) +\d+ +\d+/g, "$1 0 0")),
  },
  {
    ...onRun("udp-sec"),
    ...counted,
    name: "tcp-that-no-wire-shows",
    breaks: "lets its kernel count a connection over TCP that no capture shows",
    tamper: (run) => reporting(run, (text) => tcpValues(text, (values) => values.with(10, "400").with(11, "400"))),
  },
  {
    ...onRun("tcp-fallback"),
    ...counted,
    name: "tcp-that-no-kernel-counts",
    breaks: "shows a connection over TCP that its kernel knows nothing of",
    tamper: (run) => reporting(run, (text) => tcpValues(text, (values) => values.with(10, "0").with(11, "0"))),
  },
  {
    ...onRun("udp-sec"),
    ...counted,
    name: "fragments-that-no-wire-shows",
    breaks: "lets its kernel count fragments that it has made, and no capture shows one",
    tamper: (run) => reporting(run, (text) => text.replaceAll(/^(Ip: \d.*) 0(\r?)$/gm, "$1 7$2")),
  },
];

function telling(run: RecordedRun, edit: (event: EventLine) => EventLine): RecordedRun {
  const nodes = run.nodes.map((node) => ({ ...node, events: formatEvents(parseEvents(node.events).map(edit)) }));
  return { ...run, nodes };
}

function ending(run: RecordedRun, end: Readonly<Record<string, unknown>>): RecordedRun {
  return telling(run, (event) =>
    event.kind === "process-ended" ? { ...event, data: { ...event.data, ...end } } : event,
  );
}

function reporting(run: RecordedRun, edit: (text: string) => string): RecordedRun {
  return { ...run, nodes: run.nodes.map((node) => ({ ...node, init: edit(node.init) })) };
}

/** @param edit of the words of a line of TCP's counters, its name first */
function tcpValues(text: string, edit: (values: string[]) => string[]): string {
  return text.replaceAll(/^Tcp: \d.*$/gm, (line) => edit(line.split(" ")).join(" "));
}
