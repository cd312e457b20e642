/** What the processes of a machine told of their endpoints, a trace for each. It is the guest's word. */
import type { EventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";
import type { RunQlogEvent, QlogTrace, RunVantagePoint } from "./qlog-file.ts";

/** Who dials is a client, who is dialled a server; who does both is neither. */
const SIDES: ReadonlyMap<unknown, "client" | "server"> = new Map([
  ["attempted", "client"],
  ["handshake_started", "server"],
]);
const NAME = /^[a-z-]{1,40}:[a-z_]{1,40}$/;

/** @param offsetMs added to the guest's clock they give the run's */
export function guestTraces(node: string, events: readonly EventLine[], offsetMs: number): QlogTrace[] {
  const sources = [...new Set(events.map(({ source }) => source))];
  return sources.flatMap((source) => {
    const told = events.filter((event) => event.source === source);
    const traced = told.flatMap(({ kind, data }) => (kind === EventKind.QLOG ? eventsIn(data, offsetMs) : []));
    if (traced.length === 0) return [];
    const isCut = told.some(({ kind }) => kind === EventKind.QLOG_ENDED);
    const description = `told by the process itself${isCut ? "; it ends where it had told as much as it may" : ""}`;
    return [{ description, vantagePoint: vantagePointOf(`${node}/${source}`, traced), events: traced }];
  });
}

function vantagePointOf(name: string, events: readonly RunQlogEvent[]): RunVantagePoint {
  const [side, other] = new Set(events.flatMap(({ data }) => SIDES.get(data["new"]) ?? []));
  return { name, type: side === undefined || other !== undefined ? "unknown" : side };
}

/** A guest may write what it likes: what is no event is left out. */
function eventsIn({ events }: EventLine["data"], offsetMs: number): RunQlogEvent[] {
  return Array.isArray(events) ? events.flatMap((told: unknown) => qlogEvent(told, offsetMs)) : [];
}

function qlogEvent(told: unknown, offsetMs: number): RunQlogEvent[] {
  if (typeof told !== "object" || told === null) return [];
  const { time, name, group_id: group, data } = told as Readonly<Record<string, unknown>>;
  const isEvent = typeof time === "number" && typeof name === "string" && NAME.test(name);
  if (!isEvent || typeof data !== "object" || data === null) return [];
  const connection = typeof group === "string" ? { group_id: group } : {};
  return [{ time: inMicroseconds(time + offsetMs), name, ...connection, data: { ...data } }];
}

function inMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
