/** What consoles and event ports may do wrong. */
import type { RecordedSabotage } from "./sabotage.ts";
import { editMarkers, serialText, withSerial } from "../tamper/console-edit.ts";
import type { RecordedRun } from "../recordings/recording.ts";

const CONTROL = "SELFTEST: udp-sec control ok";
const BULK = "SELFTEST: udp-sec bulk ok";
const SESSION = "dsoftbus: udp-sec os session ok";
const MUX = "dsoftbus:mux data ok (udp-sec)";

/** A played machine needs no longer. */
const OTHER_MACHINE_MS = 400;

type LineEdit = (markers: readonly string[]) => readonly string[];

const onEachNode = (edit: LineEdit, channel?: "serial" | "events") => (run: RecordedRun) => ({
  ...run,
  nodes: run.nodes.map((node) => editMarkers(node, edit, channel)),
});
const onSerial = (edit: (text: string) => string) => (run: RecordedRun) => ({
  ...run,
  nodes: run.nodes.map((node) => withSerial(node, edit(serialText(node)))),
});
const onUdpSec = { where: "recorded", honest: "udp-sec" } as const;

export const CONSOLE_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onUdpSec,
    name: "marker-printed-twice",
    breaks: "prints a marker of the ladder a second time",
    code: "duplicate",
    rules: ["duplicate"],
    tamper: onEachNode((lines) => lines.flatMap((line) => (line === CONTROL ? [line, line] : [line]))),
  },
  {
    ...onUdpSec,
    name: "marker-before-its-turn",
    breaks: "says that a session stands before anything listens",
    code: "out-of-order",
    rules: ["out-of-order"],
    tamper: onEachNode((lines) => [SESSION, ...lines.filter((line) => line !== SESSION)]),
  },
  {
    ...onUdpSec,
    name: "mux-before-session",
    breaks: "says that mux bytes went both ways before its session is verified",
    code: "out-of-order",
    rules: ["out-of-order"],
    tamper: onEachNode((lines) =>
      lines.flatMap((line) => (line === MUX ? [] : line === SESSION ? [MUX, line] : [line])),
    ),
  },
  {
    where: "recorded",
    honest: "two-machines",
    name: "marker-by-the-wrong-machine",
    breaks: "lets the daemon's machine print a marker of the self-test's",
    code: "wrong-node",
    rules: ["wrong-node"],
    tamper: (run) => withLateMarker(run, BULK),
  },
  {
    ...onUdpSec,
    name: "marker-nobody-knows",
    breaks: "prints a marker that isn't in the list",
    code: "unknown-marker",
    rules: ["unknown-marker"],
    tamper: onSerial((text) => text.replace(CONTROL, `SELFTEST: udp-sec everything ok\r\n${CONTROL}`)),
  },
  {
    ...onUdpSec,
    name: "fallback-marker-on-the-enabled-path",
    breaks: "says that udp-sec is disabled, in a run that is about udp-sec",
    code: "forbidden",
    rules: ["forbidden"],
    tamper: onEachNode((lines) => ["dsoftbus: udp-sec os disabled (fallback tcp)", ...lines]),
  },
  {
    ...onUdpSec,
    name: "listens-on-another-port",
    breaks: "says that it listens on another port than the one that answers",
    code: "contradicted",
    rules: ["listener-answers"],
    tamper: onEachNode((lines) => lines.map((line) => line.replace(/(listener up )\d+$/, "$137025"))),
  },
  {
    ...onUdpSec,
    name: "unhandled-rejection",
    breaks: "lets a promise fail unhandled after the last marker",
    code: "forbidden",
    rules: ["forbidden"],
    tamper: onSerial((text) => `${text}[UnhandledPromiseRejection: This error originated]\r\n`),
  },
  {
    ...onUdpSec,
    name: "marker-torn-by-a-printk",
    breaks: "loses the end of a marker's line to a kernel message",
    code: "torn",
    rules: ["torn", "exited"],
    why: "what is torn is missing as well: the ladder without its rung says so by itself",
    tamper: onSerial((text) =>
      text.replace("SELFTEST: udp-sec backpressure ok", "SELFTEST: udp-sec backpr[   59.561000] eth0: link is up"),
    ),
  },
  {
    ...onUdpSec,
    name: "marker-past-the-event-port",
    breaks: "writes a marker to the serial console alone, as anything with the terminal can",
    code: "channels-disagree",
    rules: ["channels-disagree"],
    tamper: onEachNode((lines) => lines.filter((line) => line !== BULK), "events"),
  },
  {
    ...onUdpSec,
    name: "probe-left-out",
    breaks: "goes on to the next probe without the marker of the one before",
    code: "missing",
    rules: ["missing"],
    tamper: onEachNode((lines) => lines.filter((line) => line !== CONTROL)),
  },
  {
    ...onUdpSec,
    name: "agent-exits-early",
    breaks: "lets the agent end with status 0 after its session, and the machine power off in order",
    code: "exited",
    rules: ["exited"],
    tamper: onEachNode((lines) => lines.slice(0, lines.indexOf(MUX) + 1)),
  },
];

/** The first machine prints a marker once the second is done. */
function withLateMarker(run: RecordedRun, marker: string): RecordedRun {
  const nodes = run.nodes.map((node, index) => {
    if (index > 0) return node;
    const { events } = editMarkers(node, (lines) => [...lines, marker], "events");
    const late = [{ pauseMs: OTHER_MACHINE_MS }, { bytes: Buffer.from(`${marker}\r\n`) }];
    return { ...node, events, serial: [...node.serial, ...late] };
  });
  return { ...run, nodes };
}
