/**
 * Both legs of a gateway side by side: what left one is what came to the other, as it has to look there; what was kept out was to be kept out;
 * and nothing that had to get through is missing.
 */
import type { TimedMapping } from "../scene/inside-sockets.ts";
import type { Tap, TappedFrame } from "../scene/tap.ts";
import type { PlannedGateway, PlannedLeg } from "../scene/wire-plan.ts";
import { ArpWatch } from "./arp-watch.ts";
import { carried, carriedError, readArrived, type ArrivedPacket } from "./carried-packet.ts";
import { ETHERTYPE, readEthernet, type EthernetFrame } from "./ethernet-frame.ts";
import { addressText } from "./ipv4-packet.ts";
import { OwnWords } from "./own-words.ts";
import { PlannedMappings, type LiveMapping } from "./planned-mappings.ts";

const HEADER_BYTES = 20;
const ARP_BYTES = 28;
/** Longer than the switch's loop is ever late: what came so long ago and has no mapping was dropped. */
const LATE_US = 10_000_000;

type Side = "inside" | "outside";

interface Awaited {
  readonly from: Side;
  readonly packet: ArrivedPacket;
  readonly timeUs: number;
  readonly mapping?: LiveMapping | undefined;
}

export class GatewayWatch {
  readonly #plan: PlannedGateway;
  readonly #arp: Readonly<Record<Side, ArpWatch>>;
  /** When a neighbour first told a leg where it is. What came before had to wait, and of many that wait the oldest are lost. */
  readonly #answeredUs = new Map<string, number>();
  /** From inside, and no mapping yet. */
  #unmapped: Awaited[] = [];
  /** By what has to leave, and where: what came and has not left yet. */
  readonly #due = new Map<string, Awaited[]>();
  /** Whom packets came from, and whom for: a side and an address. */
  readonly #talked = new Set<string>();
  readonly #ownWords = new OwnWords();
  #firstUs: number | undefined;
  #nowUs = 0;
  readonly mappings: PlannedMappings;
  /** `keptOut`: came from outside, and nobody inside had asked for it. */
  readonly counts = { outward: 0, inward: 0, keptOut: 0, timeExceeded: 0 };

  constructor(plan: PlannedGateway) {
    this.#plan = plan;
    this.#arp = { inside: new ArpWatch(plan.inside.wire), outside: new ArpWatch(plan.outside.wire) };
    this.mappings = new PlannedMappings(plan);
  }

  /** @returns what is wrong with what the gateway noted */
  note(note: TimedMapping): string | undefined {
    const early = note.kind === "expired" ? this.mappings.expiryProblem(note) : undefined;
    // What came before it left by it; who found that it was over gets another.
    if (note.kind !== "mapped") this.#resolve(note);
    const { ended, problem } = this.mappings.take(note);
    // What came at a mapping's end found that it was over.
    if (note.kind === "expired" && ended !== undefined)
      for (const [key, awaited] of this.#due) {
        const left = awaited.filter(({ from, mapping }) => from === "inside" || mapping !== ended);
        this.counts.keptOut += awaited.length - left.length;
        this.#due.set(key, left);
      }
    return early ?? problem;
  }

  /** @returns what is wrong with a frame that the gateway sent; of one that came to it always undefined */
  take(side: Side, { captured, direction }: TappedFrame): string | undefined {
    this.#firstUs ??= captured.timeUs;
    this.#nowUs = captured.timeUs;
    const { value: frame } = readEthernet(captured.bytes);
    if (frame === undefined) return undefined;
    const elapsedUs = Math.max(0, captured.timeUs - this.#firstUs);
    if (direction === "received") return this.#arrive(side, frame, captured.timeUs, elapsedUs);
    if (frame.source !== this.#plan[side].mac) return `a frame from ${frame.source}, which is not the leg's address`;
    if (frame.etherType === ETHERTYPE.arp) return this.#ask(side, frame, elapsedUs);
    return frame.etherType === ETHERTYPE.ipv4 ? this.#leave(side, frame) : "a frame of another type";
  }

  /** @returns what should have left, and didn't: where nobody answered ARP it waits for ever */
  end(): string | undefined {
    this.#resolve();
    const missing = [...this.#due.values()]
      .flat()
      .find(
        (awaited) => awaited.timeUs >= (this.#answeredUs.get(`${other(awaited.from)} ${nextHop(awaited)}`) ?? Infinity),
      );
    if (missing === undefined) return undefined;
    const { source, destination, whole } = missing.packet;
    return `${whole.length} bytes from ${source} to ${destination} came ${missing.from}, and never left`;
  }

  #arrive(side: Side, frame: EthernetFrame, timeUs: number, elapsedUs: number): undefined {
    if (frame.etherType === ETHERTYPE.arp) {
      this.#arp[side].take(frame, elapsedUs);
      this.#noteAnswer(side, frame.body, timeUs);
    }
    const isForIt = frame.etherType === ETHERTYPE.ipv4 && frame.destination === this.#plan[side].mac;
    const packet = isForIt ? readArrived(frame.body) : undefined;
    if (packet === undefined || packet.isFragment || !isHostOf(packet.source, this.#plan[side].ip)) return;
    this.#talked.add(`${side} ${packet.source}`).add(`${other(side)} ${packet.destination}`);
    const { mapping, filtering } = this.#plan;
    if (this.#answersItself(side, packet)) return;
    if (mapping === "none" && filtering === "none") this.#expect({ from: side, packet, timeUs }, undefined);
    else if (!packet.isSound) return;
    else if (packet.quoted !== undefined) this.#expectError(side, packet, packet.quoted, timeUs);
    else if (side === "inside") this.#unmapped.push({ from: side, packet, timeUs });
    else {
      const live = this.mappings.inward(packet);
      if (live === undefined) this.counts.keptOut += 1;
      else this.#expect({ from: side, packet, timeUs, mapping: live }, mapping === "none" ? undefined : live.inside);
    }
  }

  /** For an address that nobody has it asks too, where a packet is for that one or from it. */
  #ask(side: Side, frame: EthernetFrame, elapsedUs: number): string | undefined {
    const target = frame.body.length < ARP_BYTES ? "" : addressText(frame.body, 24);
    const isPlanned = this.#plan[side].wire.stations.some(({ ip }) => ip === target);
    return !isPlanned && this.#talked.has(`${side} ${target}`) ? undefined : this.#arp[side].take(frame, elapsedUs);
  }

  #noteAnswer(side: Side, arp: Buffer, timeUs: number): void {
    if (arp.length < ARP_BYTES || addressText(arp, 24) !== this.#plan[side].ip) return;
    const who = `${side} ${addressText(arp, 14)}`;
    if (!this.#answeredUs.has(who)) this.#answeredUs.set(who, timeUs);
  }

  /** A ping of its own, a packet whose hops are used up, one that leads nowhere: nothing of them leaves by the other leg. */
  #answersItself(side: Side, packet: ArrivedPacket): boolean {
    const { inside, outside } = this.#plan;
    const isOwn = [inside.ip, outside.ip].includes(packet.destination);
    if (isOwn && packet.isEchoRequest && (side === "inside" || this.mappings.inward(packet) === undefined)) {
      this.#ownWords.echoDue(side, packet);
      return true;
    }
    const leadsOn = this.#legFor(side, packet) !== undefined;
    const error = packet.hops <= 1 ? "11.0" : leadsOn || isOwn ? undefined : "3.0";
    if (error !== undefined) this.#ownWords.errorDue(side, error, this.#plan[side].ip, packet);
    return error !== undefined || !leadsOn;
  }

  /** Whoever sent what it quotes is told, as that knows it; of what no mapping knows nobody is. */
  #expectError(side: Side, packet: ArrivedPacket, quoted: ArrivedPacket, timeUs: number): void {
    const mapping = this.mappings.quoted(quoted, side);
    // Of what somebody else sent or got nobody is told.
    const isTheirs =
      packet.destination === quoted.source && (side === "outside" || packet.source === quoted.destination);
    if (mapping === undefined || !isTheirs) {
      this.counts.keptOut += side === "outside" ? 1 : 0;
      return;
    }
    const awaited = { from: side, packet, timeUs, mapping };
    if (this.#plan.mapping === "none") return this.#expect(awaited, undefined);
    const [end, address, socket] =
      side === "outside"
        ? (["destination", addressOf(mapping.inside), mapping.inside] as const)
        : (["source", this.#plan.outside.ip, mapping.outside] as const);
    this.#await(awaited, carriedError(packet, end, address, socket));
  }

  /** @returns the leg by which a packet would leave; undefined: it is for nobody there */
  #legFor(side: Side, { destination }: ArrivedPacket): PlannedLeg | undefined {
    const leg = this.#plan[other(side)];
    if (side === "outside" && this.#plan.mapping !== "none")
      return destination === this.#plan.outside.ip || isOnNetworkOf(destination, leg.ip) ? leg : undefined;
    return isHostOf(destination, leg.ip) ? leg : undefined;
  }

  /** What came from inside and has a mapping by now. @param ending a mapping that is about to end */
  #resolve(ending?: TimedMapping): string | undefined {
    let problem: string | undefined;
    const unmapped = this.#unmapped;
    this.#unmapped = [];
    for (const awaited of unmapped) {
      const live = this.mappings.outward(awaited.packet);
      const foundItOver =
        ending?.kind === "expired" && live?.outside === ending.outside && this.mappings.isOver(live, awaited.timeUs);
      if (live === undefined || foundItOver) {
        if (awaited.timeUs >= this.#nowUs - LATE_US) this.#unmapped.push(awaited);
        continue;
      }
      // It came before the one that this mapping began with, and found none.
      if (live.remotes.size === 0 && !awaited.packet.mayBegin) continue;
      problem ??= this.mappings.used(live, awaited.packet, awaited.timeUs);
      this.#expect({ ...awaited, mapping: live }, this.#plan.mapping === "none" ? undefined : live.outside);
    }
    return problem;
  }

  #expect(awaited: Awaited, socket: string | undefined): void {
    const end = awaited.from === "inside" ? "source" : "destination";
    this.#await(awaited, carried(awaited.packet, end, socket));
  }

  #await(awaited: Awaited, becomes: Buffer): void {
    const key = `${other(awaited.from)} ${becomes.toString("latin1")}`;
    this.#due.set(key, [...(this.#due.get(key) ?? []), awaited]);
  }

  #leave(side: Side, frame: EthernetFrame): string | undefined {
    const problem = this.#resolve();
    if (problem !== undefined) return problem;
    if (frame.body.length < HEADER_BYTES) return `${frame.body.length} bytes are no packet`;
    const whole = frame.body.subarray(0, frame.body.readUInt16BE(2));
    const key = `${side} ${whole.toString("latin1")}`;
    const [first, ...more] = this.#due.get(key) ?? [];
    if (first === undefined) return this.#own(side, whole);
    if (more.length === 0) this.#due.delete(key);
    else this.#due.set(key, more);
    this.counts[side === "outside" ? "outward" : "inward"] += 1;
    const station = this.#plan[side].wire.stations.find(({ ip }) => ip === nextHop(first));
    return station !== undefined && station.mac === frame.destination ? undefined : `a packet to ${frame.destination}`;
  }

  #own(side: Side, whole: Buffer): string | undefined {
    const packet = readArrived(whole);
    const said = packet === undefined ? undefined : this.#ownWords.take(side, packet);
    if (said === undefined)
      return `${whole.length} bytes to ${packet?.destination ?? "nobody"} leave ${side}, and nothing that came becomes that`;
    if (said === "11.0") this.counts.timeExceeded += 1;
    return undefined;
  }
}

/** @returns frames and notes of both legs in the order in which they happened: at one time what came, what was noted, what left */
export function inOrder(
  legs: readonly [Tap, Tap],
  mappings: readonly TimedMapping[],
): ({ readonly side: Side; readonly frame: TappedFrame } | { readonly mapping: TimedMapping })[] {
  const frames = legs.flatMap(({ frames: own }, at) =>
    own.map((frame) => ({
      ...{ timeUs: frame.captured.timeUs, rank: frame.direction === "received" ? 0 : 2 },
      item: { side: at === 0 ? ("inside" as const) : ("outside" as const), frame },
    })),
  );
  const notes = mappings.map((mapping) => ({ timeUs: mapping.timeUs, rank: 1, item: { mapping } }));
  return [...frames, ...notes].sort((a, b) => a.timeUs - b.timeUs || a.rank - b.rank).map(({ item }) => item);
}

/** Where a packet goes behind the other leg. */
function nextHop({ from, packet, mapping }: Awaited): string {
  if (from === "inside" || mapping === undefined) return packet.destination;
  return addressOf(mapping.inside);
}

function addressOf(socket: string): string {
  return socket.slice(0, socket.lastIndexOf(":"));
}

function other(side: Side): Side {
  return side === "inside" ? "outside" : "inside";
}

function isOnNetworkOf(ip: string, leg: string): boolean {
  return ip.slice(0, ip.lastIndexOf(".")) === leg.slice(0, leg.lastIndexOf("."));
}

/** Of /24: the first and the last are nobody's. */
function isHostOf(ip: string, leg: string): boolean {
  const last = Number(ip.slice(ip.lastIndexOf(".") + 1));
  return isOnNetworkOf(ip, leg) && ip !== leg && last !== 0 && last !== 255;
}
