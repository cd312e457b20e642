/** What one direction of a session had on its way, and what became of it, by what the sender's own NIC shows. */
import { NONE, type PacketColumns } from "./packet-columns.ts";
import { kindOf } from "./packet-text.ts";

/** One direction of a session. */
export interface Flow {
  readonly session: number;
  readonly isFromInitiator: boolean;
  /** Where it leaves: a place in the list of NICs. */
  readonly tap: number;
}

export interface FlightPoint {
  readonly atMs: number;
  readonly bytes: number;
}

export interface FlowStory {
  /** Sent and not acknowledged; bytes of datagrams. A lost packet is on its way until something after it is acknowledged. */
  readonly inFlight: readonly FlightPoint[];
  /** From a packet to the first acknowledgement of it, where it was the highest one named. */
  readonly roundTrips: readonly { readonly atMs: number; readonly ms: number }[];
  /** Counted from the start. */
  readonly lost: readonly { readonly atMs: number; readonly count: number }[];
  readonly again: readonly { readonly atMs: number; readonly count: number }[];
  /** What the receiver lets the sender send beyond what it has sent, bytes of the stream. */
  readonly credit: readonly FlightPoint[];
  /** What the receiver has, bytes of the stream. */
  readonly delivered: readonly FlightPoint[];
}

/** Ethernet, IPv4 and UDP around a datagram. */
const HEADER_BYTES = 42;

/** @returns the directions in which a session's data left */
export function flowsOf(columns: PacketColumns): Flow[] {
  const flows = new Map<string, Flow>();
  for (let row = 0; row < columns.rows; row++) {
    const session = columns.session[row] ?? NONE;
    if (session === NONE || columns.way[row] !== 0 || kindOf(columns, row) !== "DATA") continue;
    const flow = { session, isFromInitiator: columns.fromInitiator[row] === 1, tap: columns.tap[row] ?? 0 };
    flows.set(`${flow.session} ${flow.isFromInitiator} ${flow.tap}`, flow);
  }
  return [...flows.values()];
}

export function storyOf(flow: Flow, columns: PacketColumns): FlowStory {
  const teller = new FlowTeller(columns);
  for (let row = 0; row < columns.rows; row++) {
    if (columns.session[row] !== flow.session || columns.tap[row] !== flow.tap) continue;
    const isOwn = (columns.fromInitiator[row] === 1) === flow.isFromInitiator;
    if (isOwn && columns.way[row] === 0) teller.sent(row);
    if (!isOwn && columns.way[row] === 1) teller.received(row);
  }
  return teller.story;
}

class FlowTeller {
  readonly #columns: PacketColumns;
  readonly #unacknowledged = new Map<number, { readonly atMs: number; readonly bytes: number }>();
  #bytes = 0;
  #lost = 0;
  #again = 0;
  #highestOffset = 0;
  #allowed = 0;
  readonly story = {
    inFlight: [] as FlightPoint[],
    roundTrips: [] as { atMs: number; ms: number }[],
    lost: [] as { atMs: number; count: number }[],
    again: [] as { atMs: number; count: number }[],
    credit: [] as FlightPoint[],
    delivered: [] as FlightPoint[],
  };

  constructor(columns: PacketColumns) {
    this.#columns = columns;
  }

  sent(row: number): void {
    if (kindOf(this.#columns, row) !== "DATA") return;
    const value = this.#reader(row);
    const atMs = value("timeUs") / 1000;
    const bytes = Math.max(0, value("bytes") - HEADER_BYTES);
    this.#unacknowledged.set(value("packetNumber"), { atMs, bytes });
    this.#bytes += bytes;
    this.story.inFlight.push({ atMs, bytes: this.#bytes });
    if (value("fate") > 0) this.story.lost.push({ atMs, count: ++this.#lost });
    if (value("repeated") === 1) this.story.again.push({ atMs, count: ++this.#again });
    if (value("offset") === NONE) return;
    this.#highestOffset = Math.max(this.#highestOffset, value("offset") + value("dataBytes"));
    if (this.#allowed > 0) this.story.credit.push({ atMs, bytes: this.#allowed - this.#highestOffset });
  }

  received(row: number): void {
    const value = this.#reader(row);
    const atMs = value("timeUs") / 1000;
    const acknowledged = value("acknowledged");
    const named = this.#unacknowledged.get(acknowledged);
    if (named !== undefined) this.story.roundTrips.push({ atMs, ms: atMs - named.atMs });
    for (const [packetNumber, { bytes }] of this.#unacknowledged) {
      if (packetNumber > acknowledged) continue;
      this.#unacknowledged.delete(packetNumber);
      this.#bytes -= bytes;
    }
    this.story.inFlight.push({ atMs, bytes: this.#bytes });
    if (value("delivered") === NONE) return;
    this.story.delivered.push({ atMs, bytes: value("delivered") });
    this.#allowed = Math.max(this.#allowed, value("delivered") + value("window"));
    this.story.credit.push({ atMs, bytes: this.#allowed - this.#highestOffset });
  }

  #reader(row: number): (name: Exclude<keyof PacketColumns, "rows">) => number {
    return (name) => this.#columns[name][row] ?? NONE;
  }
}
