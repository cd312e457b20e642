/** What passed while a case ran: its first and its latest datagrams or pieces of TCP, as bytes. */
import { hex } from "../../observer/crypto/bytes.ts";
import { readUdpHeader, TYPES } from "../../observer/wire/udp-header.ts";
import type { SocketPlace } from "../../peer/transport/peer-socket.ts";
import type { TcpSteps } from "../../peer/transport/peer-tcp.ts";

const KEPT_FIRST = 8;
const KEPT_LAST = 24;
/** Of a piece of TCP; a datagram is never longer but where the suite means it. */
const KEPT_BYTES = 2_048;
const MAX_KEYS = 64;
const NAMES = new Map<number, string>(Object.entries(TYPES).map(([name, typ]) => [typ, name]));

export interface KeptPacket {
  /** Since the case began. */
  readonly atMs: number;
  readonly direction: "sent" | "came";
  readonly over: "udp" | "tcp";
  /** What its clear part says, e.g. `PING pn 3 ack 2`; of TCP how many bytes, or its end. */
  readonly what: string;
  readonly bytes: number;
  /** At most 2,048 of them. */
  readonly hex: string;
}

export type EphemeralWatch = (publicKey: Uint8Array, secret: Uint8Array) => void;

export class PacketTrace {
  readonly #startedMs = performance.now();
  readonly #first: KeptPacket[] = [];
  readonly #last: KeptPacket[] = [];
  readonly #keys: string[] = [];
  #leftOff = 0;
  #largestCame = 0;
  readonly #isTarget: (from: SocketPlace) => boolean;

  readonly #onEphemeral: EphemeralWatch | undefined;

  /** @param isTarget whatever comes from there came, all else was sent @param onEphemeral told each key before it leaves */
  constructor(isTarget: (from: SocketPlace) => boolean, onEphemeral?: EphemeralWatch) {
    this.#isTarget = isTarget;
    this.#onEphemeral = onEphemeral;
  }

  /** Bytes of the largest datagram that came. */
  get largestCame(): number {
    return this.#largestCame;
  }

  /** Lines of a key log with which `udpsec judge` opens what passed. */
  get keyLog(): readonly string[] {
    return this.#keys;
  }

  get packets(): readonly KeptPacket[] {
    return [...this.#first, ...this.#last];
  }

  /** Between the first and the latest ones. */
  get leftOff(): number {
    return this.#leftOff;
  }

  readonly ephemeral: EphemeralWatch = (publicKey, secret) => {
    this.#onEphemeral?.(publicKey, secret);
    if (this.#keys.length < MAX_KEYS) this.#keys.push(`UDPSEC_EPHEMERAL ${hex(publicKey)} ${hex(secret)}`);
  };

  readonly datagram = (from: SocketPlace, _to: SocketPlace, bytes: Uint8Array): void =>
    this.#note(from, "udp", describeDatagram(bytes), bytes);

  readonly tcp: TcpSteps = {
    opened: (client) => this.#note(client, "tcp", "TCP opens", new Uint8Array()),
    bytes: (from, _to, bytes) => this.#note(from, "tcp", `${bytes.length} bytes of TCP`, bytes),
    ended: (from) => this.#note(from, "tcp", "TCP ends", new Uint8Array()),
  };

  #note(from: SocketPlace, over: KeptPacket["over"], what: string, bytes: Uint8Array): void {
    const direction = this.#isTarget(from) ? "came" : "sent";
    if (over === "udp" && direction === "came") this.#largestCame = Math.max(this.#largestCame, bytes.length);
    const atMs = Math.round(10 * (performance.now() - this.#startedMs)) / 10;
    const packet = {
      atMs,
      direction,
      over,
      what,
      bytes: bytes.length,
      hex: hex(bytes.subarray(0, KEPT_BYTES)),
    } as const;
    if (this.#first.length < KEPT_FIRST) return void this.#first.push(packet);
    this.#last.push(packet);
    if (this.#last.length <= KEPT_LAST) return;
    this.#last.shift();
    this.#leftOff += 1;
  }
}

function describeDatagram(bytes: Uint8Array): string {
  const { value: header, malformed } = readUdpHeader(bytes);
  if (header === undefined) return `${bytes.length} bytes: ${malformed?.text ?? "no header"}`;
  const { typ, fin, pn, ack } = header;
  const name = NAMES.get(typ) ?? "?";
  if (pn === 0) return `${name} of ${bytes.length} bytes`;
  return `${name}${fin ? " FIN" : ""} pn ${pn} ack ${ack}, ${bytes.length} bytes`;
}
