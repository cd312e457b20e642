import type { Role } from "../byte-stream.ts";
import { BlockPool } from "../bytes/block-pool.ts";
import type { EndpointBudget } from "../endpoint-budget.ts";
import { CreditPool } from "./credit-pool.ts";
import type { MuxLimits } from "./limits.ts";
import { MuxError, MuxReject } from "./mux-error.ts";
import type { Opener } from "./mux-stream.ts";
import { ReceiveHalf } from "./receive-half.ts";
import { SendHalf } from "./send-half.ts";
import { StreamRecord } from "./stream-record.ts";
import type { StreamOwner } from "./stream-record.ts";

/**
 * Which streams there are: ids, names, slots.
 *
 * Ids rise by 2 without gaps, so whether an id was ever opened follows from two counters, and closed streams leave nothing
 * behind. A slot is held until the stream is done on the wire *and* read out: so unread bytes of closed streams are bounded too.
 */
export class StreamTable {
  readonly pool: CreditPool;
  readonly #limits: MuxLimits;
  readonly #sendBlocks: BlockPool;
  readonly #records = new Map<number, StreamRecord>();
  /** Names of streams not yet done on the wire. */
  readonly #names: Readonly<Record<Opener, Map<string, StreamRecord>>> = { local: new Map(), peer: new Map() };
  readonly #slots: Record<Opener, number> = { local: 0, peer: 0 };
  readonly #localParity: number;
  #nextLocalId: number;
  #lastLocalIdSent = 0;
  #nextPeerId: number;

  /** @param budget what tuned credit counts against, with what transports hold; undefined: the session's own bound alone */
  constructor(role: Role, limits: MuxLimits, budget?: EndpointBudget) {
    this.#limits = limits;
    // One for each stream would keep what that stream gave back for as long as it lives.
    this.#sendBlocks = budget?.blocks ?? new BlockPool();
    this.#nextLocalId = role === "initiator" ? 1 : 2;
    this.#nextPeerId = role === "initiator" ? 2 : 1;
    this.#localParity = this.#nextLocalId % 2;
    const reserveBytes = 2 * limits.openStreamsPerOpener * limits.initialCreditBytes;
    this.pool = new CreditPool(limits.sessionCreditBytes - reserveBytes, budget);
  }

  namesInUse(opener: Opener): number {
    return this.#names[opener].size;
  }

  records(): Iterable<StreamRecord> {
    return this.#records.values();
  }

  get(id: number): StreamRecord | undefined {
    return this.#records.get(id);
  }

  /** The peer may know this id: an OPEN of it came, or was handed down. */
  wasOpened(id: number): boolean {
    return id % 2 === this.#localParity ? id <= this.#lastLocalIdSent : id < this.#nextPeerId;
  }

  /** @throws MuxError if the name is taken, or slots or ids are used up */
  addLocal(name: string, priority: number, owner: StreamOwner): StreamRecord {
    if (this.#names.local.has(name)) {
      throw new MuxError(
        "MUX_DUPLICATE_NAME",
        `a stream "${name}" is open already`,
        "close it first, or choose another name",
      );
    }
    if (!this.hasSlot("local")) {
      const limit = this.#limits.openStreamsPerOpener;
      throw new MuxError("MUX_STREAM_LIMIT", `${limit} streams are open already`, "close one and read it to its end");
    }
    if (this.#nextLocalId > this.#limits.lastStreamId) {
      throw new MuxError("MUX_STREAM_IDS_EXHAUSTED", "the session has used all its stream ids", "connect again");
    }
    const id = this.#nextLocalId;
    this.#nextLocalId += 2;
    return this.#add(
      new StreamRecord({ id, name, priority, openedBy: "local" }, this.#newSend(0), this.#newReceive(), owner),
    );
  }

  noteOpenSent(record: StreamRecord): void {
    record.isOpenSent = true;
    this.#lastLocalIdSent = record.id;
  }

  /**
   * An OPEN arrived: its id counts as used from now on, accepted or not.
   *
   * @throws MuxReject if it isn't the peer's next
   */
  claimPeerId(id: number): void {
    if (id !== this.#nextPeerId) {
      throw new MuxReject("mux.reject.invalid_stream_state_transition", `OPEN of id ${id}, not ${this.#nextPeerId}`);
    }
    this.#nextPeerId += 2;
  }

  hasSlot(opener: Opener): boolean {
    return this.#slots[opener] < this.#limits.openStreamsPerOpener;
  }

  hasPeerName(name: string): boolean {
    return this.#names.peer.has(name);
  }

  /** @param creditBytes what the peer granted in its OPEN */
  addPeer(id: number, name: string, priority: number, creditBytes: number, owner: StreamOwner): StreamRecord {
    const identity = { id, name, priority, openedBy: "peer" } as const;
    return this.#add(new StreamRecord(identity, this.#newSend(creditBytes), this.#newReceive(), owner));
  }

  /** Frees what a stream no longer needs; to be called after whatever may have ended it. */
  settle(record: StreamRecord): void {
    if (!record.isDoneOnWire || this.#records.get(record.id) !== record) return;
    const names = this.#names[record.openedBy];
    // The name may have a new bearer while this one waits to be read out.
    if (names.get(record.name) === record) names.delete(record.name);
    if (record.receive.readableBytes > 0) return;
    record.receive.release();
    this.#records.delete(record.id);
    this.#slots[record.openedBy] -= 1;
  }

  /** The session ended. Unread bytes stay readable for who holds a stream; the table forgets all. */
  abandonAll(): void {
    for (const record of this.#records.values()) record.abandon();
    this.#records.clear();
    for (const opener of ["local", "peer"] as const) {
      this.#names[opener].clear();
      this.#slots[opener] = 0;
    }
  }

  #add(record: StreamRecord): StreamRecord {
    this.#records.set(record.id, record);
    this.#names[record.openedBy].set(record.name, record);
    this.#slots[record.openedBy] += 1;
    return record;
  }

  #newSend(creditBytes: number): SendHalf {
    return new SendHalf(this.#limits.streamSendBufferBytes, creditBytes, this.#sendBlocks);
  }

  #newReceive(): ReceiveHalf {
    const { initialCreditBytes, untimedWindowBytes, maxStreamWindowBytes } = this.#limits;
    const bounds = {
      initialBytes: initialCreditBytes,
      untimedBytes: untimedWindowBytes,
      maxBytes: maxStreamWindowBytes,
    };
    return new ReceiveHalf(bounds, this.pool);
  }
}
