/**
 * What a device says of itself over UDP (docs/distributed/discovery.md): who it is, where its bus listens, what it offers.
 * Nothing in it is proven: it is a hint where to dial, and the handshake decides.
 *
 * `magic "dsbd" | ver u8 = 1 | flags u8 = 0 | port u16 | device id (32) | static key (32) | count u8 | count x (length u8,
 * UTF-8)`
 */
import { fromHex, toHex } from "../bytes/hex.ts";
import { ByteReader } from "../bytes/reader.ts";
import { decodeUtf8, encodeUtf8 } from "../bytes/utf8.ts";
import { ByteWriter } from "../bytes/writer.ts";

export const DISCOVERY_PORT = 37_020;
export const MAX_ANNOUNCEMENT_BYTES = 512;
export const MAX_SERVICES = 32;
/** As a mux stream's name, which these are the beginnings of (dsoftbus-transport.md#12-mux-v2). */
export const MAX_SERVICE_NAME_BYTES = 64;

const MAGIC = Uint8Array.of(0x64, 0x73, 0x62, 0x64);
const VERSION = 1;
const KEY_BYTES = 32;
const FIXED_BYTES = MAGIC.length + 1 + 1 + 2 + 2 * KEY_BYTES + 1;

export interface Announcement {
  /** Lowercase hex, 64 digits. */
  readonly deviceId: string;
  /** The Noise static public key that it claims: lowercase hex, 64 digits. */
  readonly staticKey: string;
  /** Where its bus listens, on the address that the announcement came from. */
  readonly port: number;
  readonly services: readonly string[];
}

/** An announcement that can't be made: a mistake of the configuration, never of the wire. */
export class AnnouncementError extends Error {
  readonly code = "ANNOUNCEMENT";

  constructor(message: string) {
    super(message);
    this.name = "AnnouncementError";
  }
}

/** @throws AnnouncementError if it does not fit, or `decodeAnnouncement` would refuse it */
export function encodeAnnouncement({ deviceId, staticKey, port, services }: Announcement): Uint8Array {
  const names = services.map((name) => encodeUtf8(name));
  const lengthBytes = names.reduce((sum, name) => sum + 1 + name.length, FIXED_BYTES);
  if (lengthBytes > MAX_ANNOUNCEMENT_BYTES) {
    throw new AnnouncementError(`an announcement has at most ${MAX_ANNOUNCEMENT_BYTES} bytes, not ${lengthBytes}`);
  }
  if (names.length > MAX_SERVICES) {
    throw new AnnouncementError(`an announcement names at most ${MAX_SERVICES} services, not ${names.length}`);
  }
  const writer = new ByteWriter(lengthBytes).bytes(MAGIC).u8(VERSION).u8(0).u16(port);
  writer.bytes(keyBytes(deviceId)).bytes(keyBytes(staticKey)).u8(names.length);
  for (const name of names) {
    if (name.length === 0 || name.length > MAX_SERVICE_NAME_BYTES) {
      throw new AnnouncementError(`a service's name has 1 to ${MAX_SERVICE_NAME_BYTES} bytes, not ${name.length}`);
    }
    writer.u8(name.length).bytes(name);
  }
  return writer.finish();
}

/** @returns undefined for anything that is not a whole announcement of this version: dropped, never answered */
export function decodeAnnouncement(datagram: Uint8Array): Announcement | undefined {
  if (datagram.length > MAX_ANNOUNCEMENT_BYTES) return undefined;
  const reader = new ByteReader(datagram);
  const isOurs = MAGIC.every((byte) => reader.u8() === byte) && reader.u8() === VERSION && reader.u8() === 0;
  if (!isOurs) return undefined;
  const port = reader.u16();
  const deviceId = toHex(reader.bytes(KEY_BYTES));
  const staticKey = toHex(reader.bytes(KEY_BYTES));
  const services = readServices(reader);
  if (services === undefined || port === 0 || !reader.isExactlyConsumed) return undefined;
  return { deviceId, staticKey, port, services };
}

function readServices(reader: ByteReader): string[] | undefined {
  const count = reader.u8();
  if (count > MAX_SERVICES) return undefined;
  const services: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const length = reader.u8();
    const name = length === 0 || length > MAX_SERVICE_NAME_BYTES ? undefined : decodeUtf8(reader.bytes(length));
    if (name === undefined || reader.hasFailed) return undefined;
    services.push(name);
  }
  return services;
}

function keyBytes(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes?.length !== KEY_BYTES) throw new AnnouncementError(`"${hex}" is not ${KEY_BYTES} bytes in hex`);
  return bytes;
}
