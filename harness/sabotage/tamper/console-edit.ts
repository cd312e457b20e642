/** Consoles and event ports of recorded runs, changed line by line. */
import { formatEventLine, parseEventLine, type EventLine } from "../../../contract/event-line.ts";
import { PROJECT_CLAIM } from "../../guests/console-output.ts";
import type { NodeRecording } from "../recordings/recording.ts";

export type Channel = "both" | "serial" | "events";

/** Markers, wherever a line that was torn has left them; the others are the firmware's, init's and the kernel's lines. */
const MARKER_LINE = new RegExp(`${PROJECT_CLAIM.source.replace(/^\^/, "")}[^\\r\\n]*\\r?\\n`, "g");

export function serialText(node: NodeRecording): string {
  return Buffer.concat(node.serial.flatMap((step) => ("bytes" in step ? step.bytes : []))).toString("latin1");
}

export function withSerial(node: NodeRecording, text: string): NodeRecording {
  return { ...node, serial: [{ bytes: Buffer.from(text, "latin1") }] };
}

/** @returns the node with a console that shows no marker */
export function withoutMarkerLines(node: NodeRecording): NodeRecording {
  return withSerial(node, serialText(node).replace(MARKER_LINE, ""));
}

/** @param edit of the marker lines, without their line ends @returns the node with those lines in their place, in that order */
export function editMarkers(
  node: NodeRecording,
  edit: (markers: readonly string[]) => readonly string[],
  channel: Channel = "both",
): NodeRecording {
  const text = serialText(node);
  const markers = [...text.matchAll(MARKER_LINE)].map(([line]) => line.trimEnd());
  const edited = edit(markers);
  const first = text.search(MARKER_LINE);
  const rest = text.slice(first).replace(MARKER_LINE, "");
  const serial = text.slice(0, first) + edited.map((line) => `${line}\r\n`).join("") + rest;
  const changed = channel === "events" ? node : withSerial(node, serial);
  return channel === "serial" ? changed : { ...changed, events: withMarkerEvents(node.events, edited) };
}

/** One process writes all of them: only the order among sources is free. */
function withMarkerEvents(events: string, texts: readonly string[]): string {
  const left = [...texts];
  const kept = parseEvents(events).filter(({ kind, data }) => {
    if (kind !== "marker") return true;
    const at = left.indexOf(String(data["text"]));
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
  const added = left.map((text): EventLine => {
    return { seq: 0, source: speakerOf(text), atMs: 0, kind: "marker", data: { text } };
  });
  return formatEvents([...kept, ...added]);
}

function speakerOf(text: string): string {
  return text.startsWith("SELFTEST") ? "selftest" : "dsoftbusd";
}

export function parseEvents(events: string): EventLine[] {
  return events.split("\n").flatMap((line) => {
    const event = line === "" ? { torn: "empty" } : parseEventLine(line);
    return "torn" in event ? [] : [event];
  });
}

/** Sequence numbers anew: no line is missing. */
export function formatEvents(events: readonly EventLine[]): string {
  const last = new Map<string, number>();
  return events
    .map((event) => {
      const seq = (last.get(event.source) ?? 0) + 1;
      last.set(event.source, seq);
      return formatEventLine({ ...event, seq });
    })
    .join("");
}
