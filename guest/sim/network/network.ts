/**
 * The network of the virtual world: datagrams between addresses over impaired links. Observers see every datagram where it
 * leaves and where it arrives; receivers never see who else looks.
 */
import { applyFlips } from "../../../contract/impairment/decision.ts";
import { flowName, udpSecPacketType } from "../../../contract/impairment/frame-info.ts";
import type { Address } from "../../core/index.ts";
import type { DecisionSource } from "../../../contract/impairment/decision.ts";
import { observePacket } from "./observed-packet.ts";
import type { ObservedPacket } from "./observed-packet.ts";
import type { FrameInfo, FrameProtocol } from "../../../contract/impairment/frame-info.ts";
import type { EventQueue } from "../scheduler/event-queue.ts";

/** IPv4 and UDP headers: what a link carries beside the datagram. */
export const IP_UDP_HEADER_BYTES = 28;
const IP_TCP_HEADER_BYTES = 40;

export interface Transmission {
  readonly atMs: number;
  /** As the receiver sees it: behind an address translation the public side. */
  readonly from: Address;
  readonly to: Address;
  readonly bytes: Uint8Array;
  /** What the header claims; undefined if there is none. */
  readonly packet: ObservedPacket | undefined;
  /** Bits were flipped on the way. */
  readonly isCorrupted: boolean;
}

export interface NetworkObserver {
  /** Before any fault; `from` is the sender's own address. */
  onSent?(transmission: Transmission): void;
  /** After the faults, before the receiver; `to` is the receiver's own address. */
  onArriving?(transmission: Transmission): void;
  onLost?(transmission: Transmission, reason: string): void;
}

export type DatagramReceiver = (bytes: Uint8Array, from: Address) => void;

/** Which link carries frames from one host to another; undefined: no route. */
export type Routing = (fromHost: string, toHost: string) => DecisionSource | undefined;

export class Network {
  readonly #queue: EventQueue;
  readonly #route: Routing;
  readonly #receivers = new Map<string, DatagramReceiver>();
  readonly #observers: NetworkObserver[] = [];
  readonly #downHosts = new Set<string>();
  /** Address translation: own address to public address and back. */
  readonly #publicByOwn = new Map<string, Address>();
  readonly #ownByPublic = new Map<string, Address>();

  constructor(queue: EventQueue, route: Routing) {
    this.#queue = queue;
    this.#route = route;
  }

  observe(observer: NetworkObserver): void {
    this.#observers.push(observer);
  }

  isBound(address: Address): boolean {
    return this.#receivers.has(keyOf(address));
  }

  /** Binds; an address holds one receiver, the last one bound. */
  bind(address: Address, receiver: DatagramReceiver): void {
    this.#receivers.set(keyOf(address), receiver);
  }

  unbind(address: Address): void {
    this.#receivers.delete(keyOf(address));
  }

  /** From now on what `own` sends comes from `publicAddress`; datagrams to an earlier public address go nowhere. */
  translate(own: Address, publicAddress: Address): void {
    const earlier = this.#publicByOwn.get(keyOf(own));
    if (earlier !== undefined) this.#ownByPublic.delete(keyOf(earlier));
    this.#publicByOwn.set(keyOf(own), publicAddress);
    this.#ownByPublic.set(keyOf(publicAddress), own);
  }

  /** A host without power answers nothing, not even that a port is closed. */
  setHostUp(host: string, isUp: boolean): void {
    if (isUp) this.#downHosts.delete(host);
    else this.#downHosts.add(host);
  }

  isHostUp(host: string): boolean {
    return !this.#downHosts.has(host);
  }

  /** @param bytes not copied: as with a socket, the sender must leave them alone from here on */
  send(bytes: Uint8Array, from: Address, to: Address): void {
    const packet = observePacket(bytes);
    const sent: Transmission = { atMs: this.#queue.nowMs, from, to, bytes, packet, isCorrupted: false };
    for (const observer of this.#observers) observer.onSent?.(sent);
    const source = this.#publicByOwn.size === 0 ? from : (this.#publicByOwn.get(keyOf(from)) ?? from);
    const link = this.#route(from.host, to.host);
    if (link === undefined) return this.#lost(sent, "no-route");
    const decision = link.decide(udpFrame(from, to, bytes), this.#queue.nowMs);
    if (decision.deliveries.length === 0) return this.#lost(sent, decision.reason ?? "drop");
    for (const { delayMs, flips } of decision.deliveries) {
      const atMs = this.#queue.nowMs + delayMs;
      this.#queue.schedule(atMs, () => this.#arrive(sent, source, flips));
    }
  }

  /**
   * Asks the link what becomes of one segment of a reliable pipe.
   *
   * @returns milliseconds until it arrives, or undefined if it is lost
   */
  segmentDelayMs(from: Address, to: Address, payloadBytes: number): number | undefined {
    if (!this.isHostUp(to.host)) return undefined;
    const frame: FrameInfo = {
      flow: flowName(from.host, to.host, "tcp", servicePort(from, to)),
      protocol: "tcp",
      sourcePort: from.port,
      destinationPort: to.port,
      lengthBytes: payloadBytes + IP_TCP_HEADER_BYTES,
      payloadBytes,
      packetType: undefined,
    };
    const delivery = this.#route(from.host, to.host)?.decide(frame, this.#queue.nowMs).deliveries[0];
    // A flipped bit fails TCP's checksum: the segment is lost.
    return delivery?.flips === undefined ? delivery?.delayMs : undefined;
  }

  /** The same for an empty datagram that no observer needs to see. */
  probeDelayMs(from: Address, to: Address): number | undefined {
    const frame = udpFrame(from, to, new Uint8Array(0));
    return this.#route(from.host, to.host)?.decide(frame, this.#queue.nowMs).deliveries[0]?.delayMs;
  }

  #arrive(sent: Transmission, from: Address, flips: readonly number[] | undefined): void {
    const own = this.#ownAddressOf(sent.to);
    const receiver = own === undefined || !this.isHostUp(own.host) ? undefined : this.#receivers.get(keyOf(own));
    const bytes = flips === undefined ? sent.bytes : corrupted(sent.bytes, flips);
    // Spelled out, and looked at once more only if it changed: this runs for every datagram.
    const arriving: Transmission = {
      atMs: this.#queue.nowMs,
      from,
      to: own ?? sent.to,
      bytes,
      packet: flips === undefined ? sent.packet : observePacket(bytes),
      isCorrupted: flips !== undefined,
    };
    if (receiver === undefined) return this.#lost(arriving, "no-receiver");
    for (const observer of this.#observers) observer.onArriving?.(arriving);
    // As a socket would: its receiver may open it where it lies, and its sender's array may arrive twice.
    receiver(bytes.slice(), from);
  }

  /** @returns undefined if the address is the inside of a translation, which nobody reaches from outside */
  #ownAddressOf(to: Address): Address | undefined {
    if (this.#publicByOwn.size === 0) return to;
    const own = this.#ownByPublic.get(keyOf(to));
    return own ?? (this.#publicByOwn.has(keyOf(to)) ? undefined : to);
  }

  #lost(transmission: Transmission, reason: string): void {
    for (const observer of this.#observers) observer.onLost?.(transmission, reason);
  }
}

function corrupted(sent: Uint8Array, flips: readonly number[]): Uint8Array {
  const bytes = sent.slice();
  applyFlips(bytes, flips);
  return bytes;
}

function udpFrame(from: Address, to: Address, bytes: Uint8Array): FrameInfo {
  const protocol: FrameProtocol = "udp";
  return {
    flow: flowName(from.host, to.host, protocol, servicePort(from, to)),
    protocol,
    sourcePort: from.port,
    destinationPort: to.port,
    lengthBytes: bytes.length + IP_UDP_HEADER_BYTES,
    payloadBytes: bytes.length,
    packetType: udpSecPacketType(bytes),
  };
}

/** Services have the lower port: ephemeral ones begin at 49,152. */
function servicePort(from: Address, to: Address): number {
  return Math.min(from.port, to.port);
}

function keyOf(address: Address): string {
  return `${address.host}|${address.port}`;
}
