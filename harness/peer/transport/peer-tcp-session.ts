/** A session over TCP from the inside (dsoftbus-transport.md#10-tcp-transport): records in their order. A liar sends records of its own making beside. */
import { join, u16 } from "../../observer/crypto/bytes.ts";
import { open } from "../../observer/crypto/primitives.ts";
import { type MadeRecordKind, recordPlaintext, sealedRecord } from "../../observer/wire/made-record.ts";
import { readTcpRecord, type TcpRecordBody } from "../../observer/wire/tcp-record.ts";
import type { Changes } from "./changes.ts";
import type { TrafficKeys } from "./noise-side.ts";
import type { PeerTcp } from "./peer-tcp.ts";
import type { ClosedBy, StreamCarrier } from "./stream-carrier.ts";

const LARGEST_PART_BYTES = 16_384;

export class PeerTcpSession implements StreamCarrier {
  readonly role: StreamCarrier["role"];
  onBytes: (bytes: Uint8Array) => void = () => undefined;
  onFinished: () => void = () => undefined;
  peerClose: ClosedBy | undefined;
  /** The responder has let the initiator in. */
  isAccepted = false;
  heardRecords = 0;
  readonly tcp: PeerTcp;
  readonly #keys: TrafficKeys;
  #sealed = 0;
  #hasFinished = false;
  #isPeerFinished = false;
  #isBroken = false;

  constructor(role: StreamCarrier["role"], tcp: PeerTcp, keys: TrafficKeys) {
    this.role = role;
    this.tcp = tcp;
    this.#keys = keys;
    tcp.onMessage = (sealed) => this.#take(sealed);
  }

  get changes(): Changes {
    return this.tcp.changes;
  }

  get isFinishedBothWays(): boolean {
    return this.#hasFinished && this.#isPeerFinished;
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += LARGEST_PART_BYTES)
      this.send("DATA", bytes.subarray(at, at + LARGEST_PART_BYTES));
  }

  finish(): void {
    if (this.#hasFinished) return;
    this.#hasFinished = true;
    this.send("FIN");
  }

  /** Says so, and ends TCP. */
  close(code: number): void {
    this.send("CLOSE", u16(code));
    this.tcp.end();
  }

  send(kind: MadeRecordKind, body: Uint8Array = join()): void {
    this.tcp.write(this.seal(recordPlaintext(kind, body)));
  }

  /** @returns the next record of this side, whatever its plaintext, which has not left */
  seal(plaintext: Uint8Array): Uint8Array {
    this.#sealed += 1;
    return sealedRecord(this.#keys.seal, this.#sealed - 1, plaintext);
  }

  #take(sealed: Uint8Array): void {
    if (this.#isBroken) return;
    const plaintext = open(this.#keys.open, this.heardRecords, join(), sealed);
    const record = plaintext === undefined ? undefined : readTcpRecord(plaintext).value;
    // That it doesn't open, or has no form, the observer tells; here nothing more is heard.
    if (record === undefined) this.#isBroken = true;
    else this.#takeRecord(record);
  }

  #takeRecord(record: TcpRecordBody): void {
    this.heardRecords += 1;
    switch (record.kind) {
      case "ACCEPT":
        this.isAccepted = true;
        return;
      case "DATA":
        return this.onBytes(record.bytes);
      case "FIN":
        this.#isPeerFinished = true;
        return this.onFinished();
      case "CLOSE":
        this.peerClose ??= { code: record.code, reason: record.reason };
        return this.tcp.end();
    }
  }
}
