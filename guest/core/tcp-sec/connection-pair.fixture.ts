/** Two connections and the wire between them, moved by hand in pieces of the test's choice. */
import { nativeCrypto } from "../../node/crypto/native.ts";
import type { ByteStream } from "../byte-stream.ts";
import { DeviceIdentity } from "../identity/device-identity.ts";
import type { Peer } from "../identity/peer.ts";
import type { TcpSecLimits } from "./limits.ts";
import { TcpSecConnection } from "./tcp-sec-connection.ts";
import type { TcpSecOptions } from "./tcp-sec-options.ts";

/** OpenSSL is what makes hundreds of handshakes bearable; noble passes the same vectors. */
export const crypto = nativeCrypto;
export const CLIENT = new DeviceIdentity(crypto, new Uint8Array(32).fill(1));
export const SERVER = new DeviceIdentity(crypto, new Uint8Array(32).fill(2));
export const OTHER = new DeviceIdentity(crypto, new Uint8Array(32).fill(3));

let counter = 0;
/** Different each time, the same in each run. */
export function testRandom(length: number): Uint8Array {
  counter += 1;
  return crypto.sha256(Uint8Array.of(counter & 0xff, counter >> 8)).subarray(0, length);
}

export interface PairOptions {
  readonly limits?: Partial<TcpSecLimits>;
  readonly peer?: Peer;
  readonly authorise?: (deviceId: string, staticKeyHex: string) => boolean;
  readonly options?: Partial<TcpSecOptions>;
}

export class ConnectionPair {
  readonly a: TcpSecConnection;
  readonly b: TcpSecConnection;
  nowMs = 0;

  constructor({ limits, peer = SERVER, authorise = () => true, options }: PairOptions = {}) {
    const common = { crypto, random: testRandom, nowMs: 0, limits, ...options };
    this.a = TcpSecConnection.initiator({ ...common, identity: CLIENT, peer });
    this.b = TcpSecConnection.responder({ ...common, identity: SERVER, accept: { authorise } });
  }

  /** One piece each way. @returns how many bytes moved */
  step(pieceBytes = 65_536): number {
    return this.move(this.a, this.b, pieceBytes) + this.move(this.b, this.a, pieceBytes);
  }

  move(from: TcpSecConnection, to: TcpSecConnection, pieceBytes = 65_536): number {
    if (!to.wantsToRead) return 0;
    const bytes = from.takeOutput(pieceBytes, this.nowMs);
    if (bytes !== undefined) to.receiveBytes(bytes, this.nowMs);
    else if (from.outputFinished || from.isDead) to.receiveEnd(this.nowMs);
    return bytes?.length ?? 0;
  }

  settle(pieceBytes = 65_536): this {
    for (let quiet = 0; quiet < 3;) quiet = this.step(pieceBytes) === 0 ? quiet + 1 : 0;
    return this;
  }
}

export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 13 + (index >> 8)) & 0xff);
}

/** Reads everything, letting the pair go on in between. */
export function readAll(pair: ConnectionPair, stream: ByteStream, pieceBytes = 65_536): Uint8Array {
  const parts: number[] = [];
  for (;;) {
    pair.settle(pieceBytes);
    const bytes = stream.read(10_000, pair.nowMs);
    if (bytes === undefined) return Uint8Array.from(parts);
    for (const byte of bytes) parts.push(byte);
  }
}
