/**
 * What QEMU's user network says by itself, every few minutes, wherever it is plugged in: that it is an IPv6 router (RFC 4861 4.2). Our
 * guests have no IPv6, and nobody else says anything over it.
 */
import { onesComplementSum } from "../../observer/wire/internet-checksum.ts";
import { allowed, type Allowance } from "./allowance.ts";

const IPV6_HEADER_BYTES = 40;
const CHECKSUM_AT = IPV6_HEADER_BYTES + 2;
const PROTOCOL_ICMPV6 = 58;
/** From fe80::2 to all nodes: its own address on the link, and the prefix fec0::/64. */
const ADVERTISEMENT = Buffer.from(
  "6000000000383aff" +
    "fe800000000000000000000000000002" +
    "ff020000000000000000000000000001" +
    "86000000400007080000000000000000" +
    "0101525600000002" +
    "030440c0000151800000384000000000fec00000000000000000000000000000",
  "hex",
);
/** A name server, where the host has one over IPv6 (RFC 8106 5.1). Between them stands how long it is good for. */
const NAME_SERVER_HEAD = Buffer.from("19030000", "hex");
const NAME_SERVER_ADDRESS = Buffer.from("fec00000000000000000000000000003", "hex");
const NAME_SERVER_BYTES = 24;
const ADVERTISEMENTS: Allowance = { atOnce: 2, perSecond: 1 / 180 };

export class AdvertisementWatch {
  #seen = 0;

  /** @param body an IPv6 packet of the user network's @returns what is wrong with it */
  take(body: Buffer, elapsedUs: number): string | undefined {
    const rest = body.subarray(ADVERTISEMENT.length);
    if (body.length < ADVERTISEMENT.length || !(rest.length === 0 || isNameServer(rest))) return "IPv6 of another form";
    const plain = Buffer.from(body.subarray(0, ADVERTISEMENT.length));
    plain.writeUInt16BE(ADVERTISEMENT.readUInt16BE(4), 4);
    plain.writeUInt16BE(0, CHECKSUM_AT);
    if (!plain.equals(ADVERTISEMENT)) return "IPv6 that is not the user network's advertisement";
    const payloadBytes = body.length - IPV6_HEADER_BYTES;
    const pseudo = onesComplementSum(Uint8Array.of(0, payloadBytes, 0, PROTOCOL_ICMPV6));
    if (body.readUInt16BE(4) !== payloadBytes || onesComplementSum(body.subarray(8), pseudo) !== 0xffff)
      return "IPv6 with a wrong length or checksum";
    this.#seen += 1;
    const most = allowed(ADVERTISEMENTS, elapsedUs);
    return this.#seen > most ? `${this.#seen} router advertisements, at most ${most}` : undefined;
  }
}

function isNameServer(option: Buffer): boolean {
  return (
    option.length === NAME_SERVER_BYTES &&
    option.subarray(0, 4).equals(NAME_SERVER_HEAD) &&
    option.subarray(8).equals(NAME_SERVER_ADDRESS)
  );
}
