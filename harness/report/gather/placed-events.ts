/** Events with times on the run's clock. A guest stamps them by its own: the markers among them, whose arrival is known, tell the difference. */
import { EventKind } from "../../../contract/events.ts";
import type { EventLine } from "../../../contract/event-line.ts";
import { printable } from "../../console/printable.ts";
import type { CongestionData, EventData, RungData } from "../model/run-data.ts";

/** Told to open packets; whoever gets the report need not be able to. */
const SECRET_KINDS: ReadonlySet<string> = new Set([EventKind.KEY_LOG]);
const MAX_TEXT_UNITS = 300;
/** Of one run: what a chatty guest tells beyond is in its file. */
export const MAX_SHOWN_EVENTS = 50_000;

export interface PlacedEvents {
  readonly shown: readonly EventData[];
  readonly congestion: readonly CongestionData[];
}

/** @param bootMs of the node, where it printed no marker */
export function placeEvents(
  node: string,
  events: readonly EventLine[],
  rungs: readonly Pick<RungData, "node" | "text" | "reachedMs">[],
  bootMs = 0,
): PlacedEvents {
  const offsetMs = guestClockOffset(node, events, rungs) ?? bootMs;
  const placed = events
    // qlog is for its viewers.
    .filter(({ kind }) => kind !== EventKind.QLOG)
    .map((event) => ({ ...event, atMs: Math.max(0, Math.round((event.atMs + offsetMs) * 1000) / 1000) }))
    .sort((a, b) => a.atMs - b.atMs);
  const shown = placed.map(({ source, kind, atMs, data }): EventData => {
    const text = SECRET_KINDS.has(kind) ? "(a secret: in secrets.txt)" : textOf(data);
    return { node, source, kind, atMs, text };
  });
  return { shown, congestion: placed.flatMap((event) => congestionOf(node, event)) };
}

function congestionOf(node: string, { kind, atMs, data }: EventLine): CongestionData[] {
  const { connection, congestion_window: windowBytes, smoothed_rtt: rttMs } = data;
  if (kind !== EventKind.CONGESTION || typeof connection !== "string" || typeof windowBytes !== "number") return [];
  return [{ node, session: connection, atMs, windowBytes, ...(typeof rttMs === "number" ? { rttMs } : {}) }];
}

/**
 * A line takes a while to arrive, never less than nothing: the smallest difference is the best.
 *
 * @returns ms: added to the guest's clock they give the run's; undefined where it printed no marker
 */
export function guestClockOffset(
  node: string,
  events: readonly EventLine[],
  rungs: readonly Pick<RungData, "node" | "text" | "reachedMs">[],
): number | undefined {
  const reached = new Map(
    rungs.flatMap(({ node: of, text, reachedMs }) =>
      of === node && reachedMs !== undefined ? [[text, reachedMs]] : [],
    ),
  );
  const offsets = events.flatMap(({ kind, atMs, data }) => {
    const at = kind === EventKind.MARKER ? reached.get(String(data["text"])) : undefined;
    if (at === undefined) return [];
    reached.delete(String(data["text"]));
    return at - atMs;
  });
  return offsets.length === 0 ? undefined : Math.min(...offsets);
}

function textOf(data: EventLine["data"]): string {
  const text = Object.entries(data)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
  return printable(text).replaceAll("\n", " ").slice(0, MAX_TEXT_UNITS);
}
