/**
 * One box between two networks: a router, a firewall or a NAT, as its plan says. Frames and times in, frames out; no socket, no timer, no
 * randomness but the seed's.
 */
import {
  icmpError,
  isEchoRequest,
  isIcmpError,
  isSoundIcmp,
  echoReply,
  NET_UNREACHABLE,
  resum,
  TIME_EXCEEDED,
} from "./icmp-messages.ts";
import { ETHER_TYPE, ETHERNET_BYTES } from "./ethernet.ts";
import { isNeighbourOf, isOnNetworkOf, type GatewayPlan, type Leg, otherLeg } from "./gateway-plan.ts";
import type { GatewayRecord } from "./gateway-record.ts";
import { type FlowEnd, Ipv4View } from "./ipv4-view.ts";
import { type GatewayReplay, type Mapping, MappingTable } from "./mapping-table.ts";
import { macBytes, LegNeighbours } from "./neighbours.ts";

export interface GatewayFrame {
  readonly leg: Leg;
  readonly frame: Buffer;
}

export interface GatewayOptions {
  readonly plan: GatewayPlan;
  readonly seed: number;
  readonly replay?: GatewayReplay | undefined;
  readonly onRecord: (record: GatewayRecord) => void;
  /** Told of each packet that goes nowhere. */
  readonly onDrop?: (reason: GatewayDrop, leg: Leg) => void;
}

export type GatewayDrop =
  /** Nobody can tell whose the second one is. */
  | "fragment"
  /** No packet of IPv4 in its frame, one whose header has options or doesn't add up, or an ICMP message that doesn't and is not just passed on. */
  | "malformed"
  /** IPv6, a VLAN's tag, anything else. */
  | "not-ipv4"
  /** From an address that nobody on that network can have (RFC 1812 5.3.8). */
  | "source"
  /** Its hops are used up. */
  | "ttl"
  /** For neither network, for the gateway itself, or for the network that it comes from. */
  | "no-route"
  /** From inside: no beginning of a conversation, and no mapping of one. */
  | "no-mapping"
  /** From outside: nobody inside asked for it. */
  | "filtered"
  | "table-full"
  /** A protocol that can't be mapped. */
  | "unmappable";

export interface GatewayStats {
  readonly forwarded: number;
  readonly dropped: Readonly<Partial<Record<GatewayDrop, number>>>;
  /** Nobody on the next network answered for them. */
  readonly unresolved: number;
  readonly mappings: number;
}

/** What becomes of a packet: where it goes on, or why it doesn't. */
type Outcome = { readonly to: string } | { readonly drop: GatewayDrop };

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #table: MappingTable;
  readonly #neighbours: Readonly<Record<Leg, LegNeighbours>>;
  readonly #macs: Readonly<Record<Leg, Buffer>>;
  readonly #dropped: Partial<Record<GatewayDrop, number>> = {};
  #forwarded = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const { inside, outside } = options.plan.legs;
    this.#table = new MappingTable(options);
    this.#neighbours = { inside: new LegNeighbours(inside), outside: new LegNeighbours(outside) };
    this.#macs = { inside: macBytes(inside.mac), outside: macBytes(outside.mac) };
  }

  get stats(): GatewayStats {
    const { inside, outside } = this.#neighbours;
    return {
      forwarded: this.#forwarded,
      dropped: { ...this.#dropped },
      unresolved: inside.lost + outside.lost,
      mappings: this.#table.size,
    };
  }

  /** @param nowMs never falling @returns what leaves, in order */
  receive(leg: Leg, frame: Buffer, nowMs: number): GatewayFrame[] {
    if (frame.length < ETHERNET_BYTES) return [];
    const type = frame.readUInt16BE(12);
    const body = frame.subarray(ETHERNET_BYTES);
    if (type === ETHER_TYPE.arp) return this.#neighbours[leg].take(body).map((sent) => ({ leg, frame: sent }));
    // Broadcasts stay where they are.
    if (!frame.subarray(0, 6).equals(this.#macs[leg])) return [];
    if (type !== ETHER_TYPE.ipv4) return this.#drop("not-ipv4", leg);
    // A copy: the frame belongs to who captured it.
    const packet = Ipv4View.read(Buffer.from(body));
    return packet === undefined ? this.#drop("malformed", leg) : this.#take(leg, packet, nowMs);
  }

  /** Every mapping is gone, as after a power cut. @returns how many there were */
  forget(nowMs: number): number {
    return this.#table.forget(nowMs);
  }

  #take(leg: Leg, packet: Ipv4View, nowMs: number): GatewayFrame[] {
    if (!isNeighbourOf(packet.source, this.#options.plan.legs[leg])) return this.#drop("source", leg);
    if (packet.isFragment) return this.#drop("fragment", leg);
    const isOwn = this.#isOwn(packet.destination);
    // RFC 5508 REQ-3: a sum that is made anew would hide the damage.
    if ((isOwn || !this.#isPlainRouter) && !isSoundIcmp(packet)) return this.#drop("malformed", leg);
    if (isOwn && isEchoRequest(packet) && !this.#isMapped(leg, packet, nowMs))
      return this.#send(leg, echoReply(packet), packet.source, nowMs);
    if (packet.ttl <= 1) return this.#tell(TIME_EXCEEDED, leg, packet, nowMs, "ttl");
    // What is dropped is as it came: an error may quote it.
    const outcome = leg === "inside" ? this.#outward(packet, nowMs) : this.#inward(packet, nowMs);
    if ("drop" in outcome) {
      const isLost = outcome.drop === "no-route" && !isOwn;
      return isLost ? this.#tell(NET_UNREACHABLE, leg, packet, nowMs, "no-route") : this.#drop(outcome.drop, leg);
    }
    packet.decrementTtl();
    this.#forwarded += 1;
    return this.#send(otherLeg(leg), packet.bytes, outcome.to, nowMs);
  }

  #outward(packet: Ipv4View, nowMs: number): Outcome {
    const { plan } = this.#options;
    const { destination } = packet;
    if (!isNeighbourOf(destination, plan.legs.outside)) return { drop: "no-route" };
    if (this.#isPlainRouter) return { to: destination };
    if (isIcmpError(packet)) return this.#errorOutward(packet, nowMs);
    const { transport } = packet;
    if (transport === undefined) return { drop: "unmappable" };
    const mayBegin = transport === "icmp" ? isEchoRequest(packet) : transport === "udp" || packet.isSyn;
    const [inside, remote] = [packet.endpoint("source"), remoteOf(packet, "destination")];
    const mapping = this.#table.leave({ transport, inside, remote }, mayBegin, nowMs);
    if (mapping === undefined) return { drop: "no-mapping" };
    if (mapping === "full") return { drop: "table-full" };
    if (plan.mapping !== "none") packet.rewrite("source", mapping.outside);
    return { to: destination };
  }

  #inward(packet: Ipv4View, nowMs: number): Outcome {
    const { plan } = this.#options;
    const { destination } = packet;
    const isTranslated = plan.mapping !== "none";
    const isRoutable = isTranslated
      ? destination === plan.legs.outside.address || isOnNetworkOf(destination, plan.legs.inside)
      : isNeighbourOf(destination, plan.legs.inside);
    if (!isRoutable) return { drop: "no-route" };
    if (this.#isPlainRouter) return { to: destination };
    if (isIcmpError(packet)) return this.#errorInward(packet, nowMs);
    const mapping = this.#mappingOf(packet, nowMs);
    if (mapping === undefined || !this.#table.lets(mapping, remoteOf(packet, "source"))) return { drop: "filtered" };
    mapping.received += 1;
    if (isTranslated) packet.rewrite("destination", mapping.inside);
    return { to: mapping.inside.address };
  }

  /** RFC 5508 4.2: the error goes to who sent what it quotes, as that knows it. */
  #errorInward(packet: Ipv4View, nowMs: number): Outcome {
    const { plan } = this.#options;
    const quoted = Ipv4View.readQuoted(packet.payload.subarray(8));
    if (quoted?.transport === undefined) return { drop: "filtered" };
    const mapping = this.#table.arrive(quoted.transport, quoted.endpoint("source"), nowMs);
    if (mapping === undefined || packet.destination !== quoted.source) return { drop: "filtered" };
    if (plan.mapping !== "none") {
      quoted.rewrite("source", mapping.inside);
      packet.rewriteAddress("destination", mapping.inside.address);
      resum(packet.payload);
    }
    return { to: mapping.inside.address };
  }

  /** RFC 5508 4.3: what it quotes came in through a mapping, and is quoted to its sender as that sent it. */
  #errorOutward(packet: Ipv4View, nowMs: number): Outcome {
    const { plan } = this.#options;
    const quoted = Ipv4View.readQuoted(packet.payload.subarray(8));
    if (quoted?.transport === undefined) return { drop: "no-mapping" };
    // Who got it tells who sent it: a third one would speak for others.
    if (packet.source !== quoted.destination || packet.destination !== quoted.source) return { drop: "no-mapping" };
    const [inside, remote] = [quoted.endpoint("destination"), remoteOf(quoted, "source")];
    const mapping = this.#table.find({ transport: quoted.transport, inside, remote }, nowMs);
    if (mapping === undefined) return { drop: "no-mapping" };
    if (plan.mapping !== "none") {
      quoted.rewrite("destination", mapping.outside);
      packet.rewriteAddress("source", plan.legs.outside.address);
      resum(packet.payload);
    }
    return { to: packet.destination };
  }

  #isMapped(leg: Leg, packet: Ipv4View, nowMs: number): boolean {
    return leg === "outside" && this.#options.plan.mapping !== "none" && this.#mappingOf(packet, nowMs) !== undefined;
  }

  #mappingOf(packet: Ipv4View, nowMs: number): Mapping | undefined {
    const { transport } = packet;
    if (transport === undefined) return undefined;
    return this.#table.arrive(transport, packet.endpoint("destination"), nowMs);
  }

  #isOwn(address: string): boolean {
    const { inside, outside } = this.#options.plan.legs;
    return address === inside.address || address === outside.address;
  }

  get #isPlainRouter(): boolean {
    const { mapping, filtering } = this.#options.plan;
    return mapping === "none" && filtering === "none";
  }

  #tell(
    what: typeof TIME_EXCEEDED | typeof NET_UNREACHABLE,
    leg: Leg,
    about: Ipv4View,
    nowMs: number,
    reason: GatewayDrop,
  ): GatewayFrame[] {
    this.#drop(reason, leg);
    const error = icmpError(what, this.#options.plan.legs[leg].address, about);
    return error === undefined ? [] : this.#send(leg, error, about.source, nowMs);
  }

  #send(leg: Leg, packet: Buffer, to: string, nowMs: number): GatewayFrame[] {
    return this.#neighbours[leg].send(packet, to, nowMs).map((frame) => ({ leg, frame }));
  }

  #drop(reason: GatewayDrop, leg: Leg): GatewayFrame[] {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
    this.#options.onDrop?.(reason, leg);
    return [];
  }
}

/** The end that is not inside: of an echo its address alone, since both ends have one identifier. */
function remoteOf(packet: Ipv4View, end: "source" | "destination"): FlowEnd {
  const endpoint = packet.endpoint(end);
  return packet.transport === "icmp" ? { ...endpoint, port: 0 } : endpoint;
}
