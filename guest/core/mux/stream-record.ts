import { MuxError } from "./mux-error.ts";
import type { MuxStream, MuxStreamState, Opener, StreamReset } from "./mux-stream.ts";
import type { ReceiveHalf } from "./receive-half.ts";
import type { SendHalf } from "./send-half.ts";

/** What a stream asks of its session when its user called. */
export interface StreamOwner {
  onWritten(record: StreamRecord): void;
  onRead(record: StreamRecord): void;
  onResetByUser(record: StreamRecord, code: number): void;
}

export interface StreamIdentity {
  readonly id: number;
  readonly name: string;
  readonly priority: number;
  readonly openedBy: Opener;
}

/** A stream as the session sees it; its user sees `MuxStream`. */
export class StreamRecord implements MuxStream {
  readonly id: number;
  readonly name: string;
  readonly priority: number;
  readonly openedBy: Opener;
  readonly send: SendHalf;
  readonly receive: ReceiveHalf;
  readonly #owner: StreamOwner;
  #resetCause: StreamReset | undefined;
  #isAbandoned = false;
  #wasClosedBeforeReset = false;

  /** OPEN was handed down (or came from the peer). */
  isOpenSent: boolean;
  /** Ours only: OPEN_ACK was received. Before it the acceptor sends no DATA (its OPEN_ACK precedes all classes). */
  isAcknowledged = false;
  /** A local reset whose RST was not handed down yet: the peer still counts the stream as open. */
  isResetPending = false;

  constructor(identity: StreamIdentity, send: SendHalf, receive: ReceiveHalf, owner: StreamOwner) {
    this.id = identity.id;
    this.name = identity.name;
    this.priority = identity.priority;
    this.openedBy = identity.openedBy;
    this.isOpenSent = identity.openedBy === "peer";
    this.send = send;
    this.receive = receive;
    this.#owner = owner;
  }

  get state(): MuxStreamState {
    if (this.#resetCause !== undefined) return "Reset";
    if (this.send.isClosed && this.receive.isFinished) return "Closed";
    if (this.#isAbandoned) return "Reset";
    if (this.send.isClosed) return "HalfClosedLocal";
    return this.receive.isFinished ? "HalfClosedRemote" : "Open";
  }

  get resetCause(): StreamReset | undefined {
    return this.#resetCause;
  }

  /** Our CLOSE was handed down before the stream was reset. */
  get wasClosedBeforeReset(): boolean {
    return this.#wasClosedBeforeReset;
  }

  /** Neither end will send or expect a frame of it. */
  get isDoneOnWire(): boolean {
    const state = this.state;
    return state === "Closed" || (state === "Reset" && !this.isResetPending);
  }

  /** DATA or CLOSE can leave now. */
  get isReadyToSend(): boolean {
    if (this.#resetCause !== undefined || !this.isOpenSent || this.send.isClosed) return false;
    return this.send.sendableBytes > 0 || this.send.isCloseNext;
  }

  write(bytes: Uint8Array): number {
    const taken = this.send.write(bytes);
    if (taken > 0) this.#owner.onWritten(this);
    return taken;
  }

  get writableBytes(): number {
    return this.send.writableBytes;
  }

  get bufferedBytes(): number {
    return this.send.bufferedBytes;
  }

  finish(): void {
    if (this.send.isFinishing) return;
    this.send.finish();
    this.#owner.onWritten(this);
  }

  read(maxBytes: number): Uint8Array | undefined {
    const bytes = this.receive.read(maxBytes);
    if (bytes !== undefined) this.#owner.onRead(this);
    return bytes;
  }

  get readableBytes(): number {
    return this.receive.readableBytes;
  }

  get isReadFinished(): boolean {
    return this.#resetCause === undefined && this.receive.isReadOut;
  }

  reset(code: number): void {
    if (!Number.isInteger(code) || code < 0 || code > 0xffff) {
      throw new MuxError("MUX_INVALID_RST_CODE", `RST code ${code} is not a u16`, "use one of RstCode");
    }
    if (this.#resetCause === undefined) this.#owner.onResetByUser(this, code);
  }

  /** Both directions end here and now; buffers are dropped. */
  markReset(reset: StreamReset): void {
    this.#resetCause = reset;
    this.#wasClosedBeforeReset = this.send.isClosed;
    this.send.release();
    this.receive.release();
  }

  /** The session ended: nothing more comes or goes, but unread bytes stay readable. */
  abandon(): void {
    const wasClosed = this.state === "Closed";
    this.#isAbandoned = !wasClosed;
    this.isResetPending = false;
    this.send.release();
    this.receive.returnLoan();
  }
}
