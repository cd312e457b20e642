/** ARP as kernels speak it (RFC 826): a station asks for a planned address, and is answered as often as it asked. */
import { stationOf, type Wire } from "../scene/wire-plan.ts";
import { allowed, type Allowance } from "./allowance.ts";
import { macText } from "../../observer/wire/link-layer.ts";
import { BROADCAST, paddingProblem, type EthernetFrame } from "./ethernet-frame.ts";
import { addressText } from "./ipv4-packet.ts";

const PACKET_BYTES = 28;
/** Ethernet, IPv4, and the lengths of their addresses. */
const HEAD = Buffer.from("000108000604", "hex");
const REQUEST = 1;
const REPLY = 2;
const UNKNOWN_MAC = "00:00:00:00:00:00";
/** Linux asks once a second while something waits, and three times when an entry got old. Of one address, by one station. */
const REQUESTS: Allowance = { atOnce: 8, perSecond: 3 };

export class ArpWatch {
  readonly #wire: Wire;
  /** By who asked and for what. */
  readonly #requests = new Map<string, number>();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** @returns what is wrong with the frame */
  take(frame: EthernetFrame, elapsedUs: number): string | undefined {
    const { body } = frame;
    if (body.length < PACKET_BYTES || !body.subarray(0, 6).equals(HEAD)) return "ARP of another form";
    const padding = paddingProblem(body, PACKET_BYTES);
    if (padding !== undefined) return `ARP with ${padding}`;
    const [sender, target] = [partyAt(body, 8), partyAt(body, 18)];
    if (sender.mac !== frame.source || stationOf(this.#wire, sender.mac)?.ip !== sender.ip)
      return `ARP that calls ${sender.mac} ${sender.ip}`;
    const planned = this.#wire.stations.find(({ ip, mac }) => ip === target.ip && mac !== sender.mac);
    if (planned === undefined) return `ARP about ${target.ip}, an address that is not planned`;
    const operation = body.readUInt16BE(6);
    if (operation === REQUEST) {
      if (target.mac !== UNKNOWN_MAC) return "an ARP request that knows its answer";
      if (frame.destination !== BROADCAST && frame.destination !== planned.mac)
        return "an ARP request to somebody else";
      return this.#count(`${sender.ip} ${target.ip}`, allowed(REQUESTS, elapsedUs));
    }
    if (operation !== REPLY) return `ARP of operation ${operation}`;
    if (target.mac !== planned.mac || frame.destination !== planned.mac) return "an ARP answer to somebody else";
    const asked = this.#requests.get(`${target.ip} ${sender.ip}`) ?? 0;
    return this.#count(`${sender.ip} answers ${target.ip}`, asked);
  }

  #count(what: string, most: number): string | undefined {
    const times = (this.#requests.get(what) ?? 0) + 1;
    this.#requests.set(what, times);
    return times > most ? `ARP ${times} times, at most ${most}: ${what}` : undefined;
  }
}

function partyAt(body: Buffer, at: number): { readonly mac: string; readonly ip: string } {
  return { mac: macText(body.subarray(at, at + 6)), ip: addressText(body, at + 6) };
}
