/** ARP on one leg (RFC 826): who is there, and what waits until somebody says so. */
import { ETHER_TYPE, ETHERNET_BYTES } from "./ethernet.ts";
import { isNeighbourOf, type LegPlan } from "./gateway-plan.ts";
import { addressBytes, dottedAddress } from "./ipv4-view.ts";

export const MAX_NEIGHBOURS = 64;
/** Of each address that does not answer. */
export const MAX_WAITING_PACKETS = 16;
const ASK_EVERY_MS = 1_000;
const ARP_BYTES = 28;
const HEAD = Buffer.from("000108000604", "hex");
const REQUEST = 1;
const REPLY = 2;
const BROADCAST = Buffer.alloc(6, 0xff);

interface Unresolved {
  readonly packets: Buffer[];
  askedAtMs: number;
}

export class LegNeighbours {
  readonly #leg: LegPlan;
  readonly #mac: Buffer;
  readonly #known = new Map<string, Buffer>();
  readonly #unresolved = new Map<string, Unresolved>();
  #lost = 0;

  constructor(leg: LegPlan) {
    this.#leg = leg;
    this.#mac = macBytes(leg.mac);
  }

  /** Packets that nobody was found for in time. */
  get lost(): number {
    return this.#lost;
  }

  /** @returns frames to send: the packet, or a question while it waits */
  send(packet: Buffer, to: string, nowMs: number): Buffer[] {
    const mac = this.#known.get(to);
    if (mac !== undefined) return [this.#frame(mac, ETHER_TYPE.ipv4, packet)];
    const waiting = this.#unresolved.get(to) ?? { packets: [], askedAtMs: -Infinity };
    if (!this.#unresolved.has(to)) {
      // Else who asks for many that aren't there would keep the next one from ever being found.
      if (this.#unresolved.size >= MAX_NEIGHBOURS) this.#giveUpOldest();
      this.#unresolved.set(to, waiting);
    }
    if (waiting.packets.length >= MAX_WAITING_PACKETS) {
      waiting.packets.shift();
      this.#lost += 1;
    }
    waiting.packets.push(packet);
    if (nowMs - waiting.askedAtMs < ASK_EVERY_MS) return [];
    waiting.askedAtMs = nowMs;
    return [this.#arp(REQUEST, BROADCAST, Buffer.alloc(6), to)];
  }

  /** @param body of a frame of ARP @returns an answer to who asks for this leg, and what waited for who is now known */
  take(body: Buffer): Buffer[] {
    if (body.length < ARP_BYTES || !body.subarray(0, 6).equals(HEAD)) return [];
    const operation = body.readUInt16BE(6);
    const mac = Buffer.from(body.subarray(8, 14));
    const sender = dottedAddress(body.subarray(14, 18));
    if (dottedAddress(body.subarray(24, 28)) !== this.#leg.address) return [];
    // RFC 1812 3.3.2: nobody's own address is one of a group.
    if (isGroup(mac)) return [];
    const waiting = isNeighbourOf(sender, this.#leg) ? this.#learn(sender, mac) : [];
    const answer = operation === REQUEST ? [this.#arp(REPLY, mac, mac, sender)] : [];
    return [...answer, ...waiting.map((packet) => this.#frame(mac, ETHER_TYPE.ipv4, packet))];
  }

  #giveUpOldest(): void {
    for (const [address, { packets }] of this.#unresolved) {
      this.#lost += packets.length;
      this.#unresolved.delete(address);
      return;
    }
  }

  #learn(address: string, mac: Buffer): readonly Buffer[] {
    this.#known.delete(address);
    if (this.#known.size >= MAX_NEIGHBOURS) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(address, mac);
    const waiting = this.#unresolved.get(address)?.packets ?? [];
    this.#unresolved.delete(address);
    return waiting;
  }

  #arp(operation: number, destination: Buffer, targetMac: Buffer, target: string): Buffer {
    const body = Buffer.alloc(ARP_BYTES);
    HEAD.copy(body);
    body.writeUInt16BE(operation, 6);
    this.#mac.copy(body, 8);
    body.set(addressBytes(this.#leg.address), 14);
    targetMac.copy(body, 18);
    body.set(addressBytes(target), 24);
    return this.#frame(destination, ETHER_TYPE.arp, body);
  }

  #frame(destination: Buffer, type: number, body: Buffer): Buffer {
    const frame = Buffer.alloc(ETHERNET_BYTES + body.length);
    destination.copy(frame);
    this.#mac.copy(frame, 6);
    frame.writeUInt16BE(type, 12);
    body.copy(frame, ETHERNET_BYTES);
    return frame;
  }
}

function isGroup(mac: Buffer): boolean {
  return ((mac[0] ?? 0) & 1) === 1;
}

export function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(":", ""), "hex");
}
