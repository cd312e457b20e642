/** All frames of one tap, one after the other: each is of a kind that the plan allows, in its exact form, and no more often than it may be. */
import type { TappedFrame } from "../scene/tap.ts";
import { stationOf, type Station, type Wire } from "../scene/wire-plan.ts";
import { ArpWatch } from "./arp-watch.ts";
import { UdpWatch, isListener } from "./udp-watch.ts";
import { ETHERTYPE, readEthernet, type EthernetFrame } from "./ethernet-frame.ts";
import { PROTOCOL, readIpv4, type Ipv4Packet } from "./ipv4-packet.ts";
import { AdvertisementWatch } from "./router-advertisement.ts";
import { ConnectionWatch } from "./connection-watch.ts";
import { UnreachableWatch } from "./unreachable-watch.ts";

const ALL_NODES = "33:33:00:00:00:01";
const RESET_FLAG = 4;

type Kind = "ARP" | "UDP" | "TCP" | "ICMP" | "advertisements" | "fragments";

interface Turn {
  readonly frame: EthernetFrame;
  readonly station: Station;
  /** False: it left another NIC, and is judged there. */
  readonly isJudged: boolean;
  readonly elapsedUs: number;
}

export class WireWatch {
  readonly #tapName: string;
  readonly #wire: Wire;
  readonly #arp: ArpWatch;
  readonly #udp: UdpWatch;
  readonly #tcp: ConnectionWatch;
  readonly #unreachable = new UnreachableWatch();
  readonly #advertisements = new AdvertisementWatch();
  readonly #counts = new Map<Kind, number>();
  #firstUs: number | undefined;
  #resets = 0;
  #unreachables = 0;

  constructor(tapName: string, wire: Wire) {
    this.#tapName = tapName;
    this.#wire = wire;
    this.#arp = new ArpWatch(wire);
    this.#udp = new UdpWatch(wire);
    this.#tcp = new ConnectionWatch(wire);
  }

  /** Of each kind, what was judged here. */
  get counts(): ReadonlyMap<Kind, number> {
    return this.#counts;
  }

  /** Ports that refused somebody: TCP by a reset, UDP by port-unreachable. */
  get refusals(): { readonly tcp: number; readonly udp: number } {
    return { tcp: this.#resets, udp: this.#unreachables };
  }

  /** @returns what is wrong with the frame; always undefined for what another NIC sent */
  take({ captured, direction }: TappedFrame): string | undefined {
    this.#firstUs ??= captured.timeUs;
    const elapsedUs = Math.max(0, captured.timeUs - this.#firstUs);
    const { value: frame, problem } = readEthernet(captured.bytes);
    if (frame === undefined) return problem;
    const station = stationOf(this.#wire, frame.source);
    if (station === undefined) return `a frame from ${frame.source}, an address that is not planned`;
    const isSent = direction !== "received";
    if (isSent && station.tap !== this.#tapName)
      return `a frame from the address of ${station.tap ?? "the user network"}`;
    // Where the user network speaks is its only tap.
    const isJudged = isSent || station.tap === undefined;
    const found = this.#takeFrame({ frame, station, isJudged, elapsedUs });
    return isJudged ? found : undefined;
  }

  #takeFrame(turn: Turn): string | undefined {
    const { frame, station, isJudged, elapsedUs } = turn;
    switch (frame.etherType) {
      case ETHERTYPE.arp:
        this.#count("ARP", isJudged);
        return this.#arp.take(frame, elapsedUs);
      case ETHERTYPE.ipv4:
        return this.#takeIpv4(turn);
      case ETHERTYPE.ipv6:
        this.#count("advertisements", isJudged);
        return station.tap === undefined && frame.destination === ALL_NODES
          ? this.#advertisements.take(frame.body, elapsedUs)
          : "IPv6, which no guest has";
      default:
        return `a frame of type 0x${frame.etherType.toString(16).padStart(4, "0")}`;
    }
  }

  #takeIpv4(turn: Turn): string | undefined {
    const { station, frame, isJudged } = turn;
    const { beyond } = this.#wire;
    const isGateway = beyond?.mac === station.mac;
    const { value: packet, problem } = readIpv4(frame.body, isGateway);
    if (packet === undefined) return problem;
    const target = this.#targetOf(packet.destination);
    const isCarried = isGateway && beyond.hosts.includes(packet.source);
    if (packet.source !== station.ip && !isCarried)
      return `IPv4 from ${packet.source}, which is not the sender's address`;
    if (target === undefined || target.mac !== frame.destination || target === station)
      return `IPv4 to ${packet.destination} at ${frame.destination}, which is nobody's address`;
    const isTransport = packet.protocol === PROTOCOL.udp || packet.protocol === PROTOCOL.tcp;
    if (packet.isFragment && isTransport) {
      // A rule of their own has them contradict the run.
      this.#count("fragments", isJudged);
      return undefined;
    }
    return this.#takePacket(packet, turn);
  }

  /** Who is beyond a gateway is to be had at its address on this wire. */
  #targetOf(ip: string): Station | undefined {
    const { stations, beyond } = this.#wire;
    const own = stations.find((station) => station.ip === ip);
    return own ?? (beyond?.hosts.includes(ip) === true ? stationOf(this.#wire, beyond.mac) : undefined);
  }

  #takePacket(packet: Ipv4Packet, { station, isJudged, elapsedUs }: Turn): string | undefined {
    switch (packet.protocol) {
      case PROTOCOL.udp: {
        this.#count("UDP", isJudged);
        this.#unreachable.sawDatagram(packet);
        this.#udp.note(packet);
        return isJudged ? this.#udp.take(packet, elapsedUs) : undefined;
      }
      case PROTOCOL.tcp: {
        this.#count("TCP", isJudged);
        const isReset = ((packet.payload[13] ?? 0) & RESET_FLAG) !== 0;
        if (isReset && this.#isOfListener(packet)) this.#resets += 1;
        return this.#tcp.take(packet, isJudged, elapsedUs);
      }
      case PROTOCOL.icmp: {
        this.#count("ICMP", isJudged);
        const problem = this.#unreachable.take(packet, station.tap !== undefined);
        if (problem === undefined) this.#unreachables += 1;
        return problem;
      }
      default:
        return `IPv4 of protocol ${packet.protocol}`;
    }
  }

  #isOfListener({ source, payload }: Ipv4Packet): boolean {
    return payload.length >= 2 && isListener(this.#wire, { ip: source, port: payload.readUInt16BE(0) });
  }

  #count(kind: Kind, isJudged: boolean): void {
    if (isJudged) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }
}
