/** Taps at both ends of every TCP session of a virtual world: its records, opened with the keys that the world's key log tells. */
import { createDecipheriv } from "node:crypto";
import type { KeyLog } from "../../guest/core/index.ts";
import { TcpFlag, type ObservedSegment } from "../../guest/sim/runtime/segment-observer.ts";
import type { RunTap } from "../../guest/sim/world/run-tap.ts";
import { type End, type SessionReport, type TcpFollower } from "../../harness/observer/follow/session-packet.ts";
import { BytesInOrder } from "../../harness/observer/follow/stream-window.ts";
import { followTcpSession } from "../../harness/observer/sessions/follow-tcp-session.ts";

/** The dial counts from the connection, which lost SYNs delay. */
const LAG_US = 10_000_000;
const TAG_BYTES = 16;
/** Handshake messages by their sender, with their lengths in front. */
const HANDSHAKE_BYTES: Readonly<Record<End, number>> = { initiator: 2 + 48 + 2 + 160, responder: 2 + 144 };
/** A udp-sec session is named by 16 digits, one of TCP by its handshake hash. */
const HASH_DIGITS = 64;

type Keys = Readonly<Record<End, Uint8Array>>;
type Place = "sent" | "delivered";

interface TappedConnection {
  readonly name: string;
  readonly hosts: Readonly<Record<End, string>>;
  readonly follower: TcpFollower;
  readonly directions: Readonly<Record<End, Readonly<Record<Place, TappedDirection>>>>;
}

export interface ObservedTcpSession {
  readonly name: string;
  readonly hosts: Readonly<Record<End, string>>;
  readonly report: SessionReport;
}

export class TcpTaps implements RunTap {
  readonly datagrams = {};
  readonly #connections = new Map<string, TappedConnection>();
  readonly #keys: Keys[] = [];
  #number = 0;

  readonly keyLog: KeyLog = {
    ephemeral: () => undefined,
    sessionKeys: (session, initiator, responder) => {
      if (session.length === HASH_DIGITS)
        this.#keys.push({ initiator: initiator.slice(), responder: responder.slice() });
    },
  };

  onHost(): void {}

  onSegmentSent(segment: ObservedSegment): void {
    this.#see(segment, "sent");
  }

  onSegmentArriving(segment: ObservedSegment): void {
    this.#see(segment, "delivered");
  }

  end(): ObservedTcpSession[] {
    return [...this.#connections.values()].map(({ name, hosts, follower }) => ({
      name,
      hosts,
      report: follower.end(),
    }));
  }

  #see(segment: ObservedSegment, place: Place): void {
    const { from, to, flags, sequence, bytes, atMs } = segment;
    const [source, target] = [`${from.host}:${from.port}`, `${to.host}:${to.port}`];
    const isDial = (flags & TcpFlag.SYN) !== 0 && (flags & TcpFlag.ACK) === 0;
    if (isDial && place === "sent") this.#dial(source, target, from.host, to.host, Math.round(atMs * 1_000));
    const [dialled, accepted] = [
      this.#connections.get(`${source} > ${target}`),
      this.#connections.get(`${target} > ${source}`),
    ];
    const connection = dialled ?? accepted;
    if (connection === undefined || bytes.length === 0) return;
    const sender: End = dialled === undefined ? "responder" : "initiator";
    for (const plaintext of connection.directions[sender][place].put(sequence - 1, bytes)) {
      const number = ++this.#number;
      connection.follower.take({ file: "virtual", number, atUs: Math.round(atMs * 1_000), sender, place, plaintext });
    }
  }

  #dial(source: string, target: string, initiator: string, responder: string, startedUs: number): void {
    const name = `${source} > ${target}`;
    if (this.#connections.has(name)) return;
    const directionsOf = (sender: End) => ({
      sent: new TappedDirection(sender, this.#keys),
      delivered: new TappedDirection(sender, this.#keys),
    });
    this.#connections.set(name, {
      name,
      hosts: { initiator, responder },
      follower: followTcpSession({
        above: "mux",
        tapped: { initiator: true, responder: true },
        lagUs: LAG_US,
        startedUs,
      }),
      directions: { initiator: directionsOf("initiator"), responder: directionsOf("responder") },
    });
  }
}

/** One direction at one tap: handshake messages, then records. */
class TappedDirection {
  readonly #sender: End;
  readonly #keys: readonly Keys[];
  readonly #inOrder = new BytesInOrder();
  #waiting: Buffer = Buffer.alloc(0);
  #handshakeLeft: number;
  #records = 0;
  #key: Uint8Array | undefined;

  constructor(sender: End, keys: readonly Keys[]) {
    this.#sender = sender;
    this.#keys = keys;
    this.#handshakeLeft = HANDSHAKE_BYTES[sender];
  }

  /** @returns the plaintexts of records that are whole now */
  put(offset: number, bytes: Uint8Array): Uint8Array[] {
    this.#waiting = Buffer.concat([this.#waiting, ...this.#inOrder.put(offset, bytes)]);
    const skipped = Math.min(this.#handshakeLeft, this.#waiting.length);
    this.#handshakeLeft -= skipped;
    this.#waiting = this.#waiting.subarray(skipped);
    const opened: Uint8Array[] = [];
    for (let record = this.#next(); record !== undefined; record = this.#next()) {
      const plaintext = this.#open(record);
      if (plaintext !== undefined) opened.push(plaintext);
      this.#records += 1;
    }
    return opened;
  }

  #next(): Buffer | undefined {
    if (this.#waiting.length < 2) return undefined;
    const length = this.#waiting.readUInt16LE(0);
    if (this.#waiting.length < 2 + length) return undefined;
    const record = this.#waiting.subarray(2, 2 + length);
    this.#waiting = this.#waiting.subarray(2 + length);
    return record;
  }

  /** The first record tells which keys of the log are the connection's. */
  #open(record: Uint8Array): Uint8Array | undefined {
    if (this.#key !== undefined) return openRecord(this.#key, this.#records, record);
    for (const keys of this.#keys) {
      const plaintext = openRecord(keys[this.#sender], this.#records, record);
      if (plaintext === undefined) continue;
      this.#key = keys[this.#sender];
      return plaintext;
    }
    return undefined;
  }
}

function openRecord(key: Uint8Array, counter: number, record: Uint8Array): Uint8Array | undefined {
  if (record.length < TAG_BYTES) return undefined;
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32LE(counter, 4);
  const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(record.subarray(-TAG_BYTES));
  try {
    const plaintext = decipher.update(record.subarray(0, -TAG_BYTES));
    decipher.final();
    return plaintext;
  } catch {
    return undefined;
  }
}
