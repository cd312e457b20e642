/** All packets of a run as rows, those that are too many as counts. */
import { readFault } from "../../evidence/scene/fabric-faults.ts";
import { PACKET_KINDS } from "../model/packet-kinds.ts";
import { NONE, WAYS, type PacketRow } from "../model/packet-columns.ts";
import type { PacketHead } from "../model/run-data.ts";
import { framesOf, type ReportedCapture, type PlacedFrame } from "./capture-files.ts";
import type { CaptureClock } from "./capture-clock.ts";
import { frameFacts, type FrameFacts } from "./frame-facts.ts";
import type { OpeningKeys } from "./session-keys.ts";
import { SeenSessions } from "./seen-sessions.ts";
import { thinOut } from "./thin-out.ts";

export interface GatheredPackets {
  readonly head: PacketHead;
  readonly rows: readonly PacketRow[];
  readonly leftOut: readonly string[];
}

export interface PacketsToGather {
  readonly files: readonly ReportedCapture[];
  readonly keys: ReadonlyMap<string, OpeningKeys>;
  readonly clock: CaptureClock;
  /** ms on the run's clock: what happens about them is shown whole. */
  readonly times: readonly number[];
  /** `FILE NUMBER` of packets that stay in any case. */
  readonly cited: ReadonlySet<string>;
}

export async function gatherPackets({ files, keys, clock, times, cited }: PacketsToGather): Promise<GatheredPackets> {
  const problems: string[] = [];
  const book = new RowBook(keys, clock);
  for await (const frame of framesOf(files, (file, what) => problems.push(`${file}: ${what}`))) book.add(frame);
  const { rows, bins } = thinOut(book.inOrder(), times, (row) => cited.has(`${files[row.file]?.name} ${row.number}`));
  const total = book.total;
  const left = total - rows.length;
  const names = files.map(({ name }) => name);
  const leftOut = [
    ...problems,
    ...(left === 0
      ? []
      : [`${left} of ${total} packets are shown as counts: the captures have them (${names.join(", ")})`]),
    ...(total === 0 ? [] : [`what the packets carry is in the captures: ${names.join(", ")}`]),
  ];
  const head = { rows: rows.length, total, files: names, bins, clock: clock.text, ...book.lists() };
  return { head, rows, leftOut };
}

class RowBook {
  readonly #sessions: SeenSessions;
  readonly #clock: CaptureClock;
  readonly #taps = new Map<string, number>();
  readonly #fates = new Map<string, number>();
  /** Where streams were sent before: by session, direction and NIC, up to which offset. */
  readonly #sentUpTo = new Map<string, number>();
  readonly #rows: PacketRow[] = [];
  /** First messages, whose session has its id from the answer. */
  readonly #early: { readonly at: number; readonly facts: FrameFacts }[] = [];

  constructor(keys: ReadonlyMap<string, OpeningKeys>, clock: CaptureClock) {
    this.#sessions = new SeenSessions(keys);
    this.#clock = clock;
  }

  get total(): number {
    return this.#rows.length;
  }

  add({ file, number, tap, direction, frame, packet }: PlacedFrame): void {
    const facts = frameFacts(frame.bytes, packet);
    const place = this.#sessions.placeOf(facts);
    const opened = place && this.#sessions.open(facts, place);
    const { header } = facts;
    if (header !== undefined && place === undefined) this.#early.push({ at: this.#rows.length, facts });
    const isSealed = header !== undefined && header.packetNumber > 0;
    const tapIndex = indexIn(this.#taps, tap);
    const isRepeated =
      opened?.data !== undefined && this.#isRepeated(`${place?.index} ${facts.from} ${tap}`, opened.data);
    this.#rows.push({
      ...{ file, number, tap: tapIndex },
      timeUs: Math.round(frame.timeUs - this.#clock.offsetUs),
      way: WAYS.indexOf(direction),
      kind: PACKET_KINDS.indexOf(facts.kind),
      bytes: frame.wireLength,
      session: place?.index ?? NONE,
      fromInitiator: place === undefined ? 0 : Number(place.isFromInitiator),
      fate: this.#fateOf(frame.comments),
      repeated: Number(isRepeated),
      packetNumber: isSealed ? header.packetNumber : NONE,
      acknowledged: opened?.acknowledged ?? header?.ack ?? NONE,
      delivered: opened?.delivered ?? NONE,
      window: opened?.window ?? NONE,
      offset: opened?.data?.offset ?? NONE,
      dataBytes: opened?.data?.bytes.length ?? (facts.kind === "TCP data" ? facts.payloadBytes : NONE),
    });
  }

  /** @returns the rows by time; of one time as they stand in the capture */
  inOrder(): PacketRow[] {
    for (const { at, facts } of this.#early.splice(0)) {
      const [row, place] = [this.#rows[at], this.#sessions.placeOf(facts)];
      if (row === undefined || place === undefined) continue;
      this.#rows[at] = { ...row, session: place.index, fromInitiator: Number(place.isFromInitiator) };
    }
    return this.#rows.sort((a, b) => a.timeUs - b.timeUs);
  }

  lists(): Pick<PacketHead, "taps" | "fates" | "sessions"> {
    return { taps: [...this.#taps.keys()], fates: [...this.#fates.keys()], sessions: this.#sessions.list() };
  }

  #isRepeated(key: string, { offset, bytes }: { readonly offset: number; readonly bytes: Uint8Array }): boolean {
    const before = this.#sentUpTo.get(key) ?? 0;
    this.#sentUpTo.set(key, Math.max(before, offset + bytes.length));
    return bytes.length > 0 && offset < before;
  }

  /** @returns from 1; 0: nothing happened to it */
  #fateOf(comments: readonly string[]): number {
    const faults = comments.flatMap((text) => text.split("; ")).flatMap((comment) => readFault(comment, 0));
    if (faults.length === 0) return 0;
    const dropped = faults.some((fault) => fault.dropped);
    const reasons = [...new Set(faults.flatMap((fault) => fault.reasons))].join("+");
    return indexIn(this.#fates, `${dropped ? "dropped: " : ""}${reasons}`) + 1;
  }
}

function indexIn(table: Map<string, number>, key: string): number {
  const known = table.get(key) ?? table.size;
  table.set(key, known);
  return known;
}
