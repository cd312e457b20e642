/** What passed the NICs of a run's machines, whoever ran in them: a trace for each side that an end behind a NIC had. */
import { readNamed, type PnRun } from "../observer/wire/acknowledgement.ts";
import { readPacketFields } from "../observer/wire/packet-fields.ts";
import { isSealedType } from "../evidence/scene/decode/udp-sec-header.ts";
import { readFault } from "../evidence/scene/fabric-faults.ts";
import { framesOf, type PlacedFrame, type ReportedCapture } from "../report/gather/capture-files.ts";
import { frameFacts, type FrameFacts } from "../report/gather/frame-facts.ts";
import { SeenSessions } from "../report/gather/seen-sessions.ts";
import type { OpeningKeys } from "../report/gather/session-keys.ts";
import type { RunQlogEvent, QlogTrace } from "./qlog-file.ts";

/** Of a run: the file must fit into the memory of whoever looks at it. */
export const MAX_WIRE_EVENTS = 300_000;
const FROM_INITIATOR: ReadonlySet<string> = new Set(["MSG1", "MSG3"]);
const FROM_RESPONDER: ReadonlySet<string> = new Set(["MSG2", "RETRY"]);

export interface WireTraces {
  readonly traces: readonly QlogTrace[];
  /** Packets beyond what is kept. */
  readonly left: number;
  /** What of the captures could not be read. */
  readonly problems: readonly string[];
}

/** @param offsetUs taken from a frame's time it gives the run's clock */
export async function wireTraces(
  files: readonly ReportedCapture[],
  keys: ReadonlyMap<string, OpeningKeys>,
  offsetUs: number,
  maxEvents: number,
): Promise<WireTraces> {
  const sessions = new SeenSessions(keys);
  const problems: string[] = [];
  const sides = new Map<string, QlogTrace & { readonly events: RunQlogEvent[] }>();
  let [kept, left] = [0, 0];
  for await (const placed of framesOf(files, (file, what) => problems.push(`${file}: ${what}`))) {
    const { tap, direction, frame } = placed;
    const facts = frameFacts(frame.bytes, placed.packet);
    if (facts.header === undefined || direction === "unknown") continue;
    const isInitiators = isFromInitiator(facts, sessions);
    const flow = isInitiators === (direction === "sent") ? "client" : "server";
    const key = `${tap} ${flow}`;
    const description = `packets of udp-sec at this NIC, of whoever ${flow === "client" ? "dials" : "is dialled"} behind it`;
    const side = sides.get(key) ?? { description, vantagePoint: { name: key, type: "network", flow }, events: [] };
    sides.set(key, side);
    if (kept >= maxEvents) left += 1;
    else side.events.push(packetEvent(placed, facts, sessions, (frame.timeUs - offsetUs) / 1000));
    kept += 1;
  }
  const traces = [...sides.values()].map((side) => ({
    ...side,
    events: side.events.toSorted((a, b) => a.time - b.time),
  }));
  return { traces, left, problems };
}

function isFromInitiator(facts: FrameFacts, sessions: SeenSessions): boolean {
  const place = sessions.placeOf(facts);
  if (FROM_INITIATOR.has(facts.kind)) return true;
  return !FROM_RESPONDER.has(facts.kind) && place?.isFromInitiator === true;
}

function packetEvent(
  { direction, frame }: PlacedFrame,
  facts: FrameFacts,
  sessions: SeenSessions,
  time: number,
): RunQlogEvent {
  const { header, kind, payloadBytes } = facts;
  const fates = frame.comments.flatMap((text) => text.split("; ")).flatMap((comment) => readFault(comment, 0));
  const isSealed = header !== undefined && isSealedType(header.type);
  const frames = isSealed ? ackFrames(facts, sessions) : [];
  return {
    time,
    name: `udpsec:packet_${direction}`,
    ...(header === undefined ? {} : { group_id: header.sessionId }),
    data: {
      header: { packet_type: kind.toLowerCase(), ...(isSealed ? { packet_number: header.packetNumber } : {}) },
      raw: { length: payloadBytes },
      ...(frames.length === 0 ? {} : { frames }),
      ...(fates.length === 0
        ? {}
        : { faults: fates.flatMap(({ reasons }) => reasons), dropped: fates.some(({ dropped }) => dropped) }),
    },
  };
}

/** What is acknowledged as one frame: from the header alone where nothing opens the packet. */
function ackFrames(facts: FrameFacts, sessions: SeenSessions): object[] {
  const place = sessions.placeOf(facts);
  const opened = place && sessions.open(facts, place);
  const named = opened?.named ?? namedInClear(facts);
  if (named.length === 0) return [];
  const delay = opened === undefined ? {} : { ack_delay: opened.ackDelayUs / 1000 };
  return [{ frame_type: "ack", ...delay, acked_ranges: named.map(({ first, last }) => [first, last]).reverse() }];
}

function namedInClear({ header }: FrameFacts): readonly PnRun[] {
  const fields = header && readPacketFields(header.datagram).value;
  return (fields && readNamed({ ack: fields.ack, bits: fields.ackBits, ranges: [] }).value) ?? [];
}
