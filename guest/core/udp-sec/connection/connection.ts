/**
 * One UDP-sec connection after its handshake: a synchronous machine. Datagrams, bytes and time go in; datagrams, events and
 * the next deadline come out (dsoftbus-transport.md#4-packets, dsoftbus-transport.md#5-acknowledgement-and-recovery,
 * dsoftbus-transport.md#7-congestion-control, dsoftbus-transport.md#8-life-of-a-connection).
 *
 * This file branches on the state; what each step does is in `open-state`, `packet-receiver`, `packet-sender` and `closing`.
 */
import type { ByteStream, Role } from "../../byte-stream.ts";
import type { ConnectionEnd, LocalEndName } from "../../connection-end.ts";
import { checkClose, CloseCode, endByCode } from "../../connection-end.ts";
import { Closing } from "./closing.ts";
import type { ConnectionCounters } from "./connection-counters.ts";
import { makeParts } from "./connection-parts.ts";
import { ConnectionSecrets } from "./connection-secrets.ts";
import type { ConnectionSetup } from "./connection-setup.ts";
import type { ConnectionStats } from "./connection-stats.ts";
import { statsAfterEnd, statsOf } from "./connection-stats.ts";
import type { ConnectionTrace } from "./connection-trace.ts";
import type { DropCounters, DropReason } from "../packet/drop-reason.ts";
import type { Header } from "../packet/header.ts";
import { OpenState } from "./open-state.ts";
import type { Ending } from "./packet-receiver.ts";
import { endingUnitMs } from "../recovery/rtt.ts";
import type { ReceiveStream } from "../stream/receive-stream.ts";
import type { Deadlines } from "./timers.ts";
import { armedTimers, earliest } from "./timers.ts";
import type { TransportEvent } from "./transport-connection.ts";

const NO_EVENTS: readonly TransportEvent[] = [];
/** What nearly every datagram of a transfer brings: one array for all of them. */
const READABLE: readonly TransportEvent[] = [{ type: "readable" }];

type ConnectionState =
  | { readonly name: "open"; readonly open: OpenState }
  /** This side closed: CLOSE is repeated, then lingers. */
  | { readonly name: "closing"; readonly end: ConnectionEnd; readonly closing: Closing; readonly last: ConnectionStats }
  /** The peer closed: one answer, then silent, until its stragglers are through. */
  | {
      readonly name: "draining";
      readonly end: ConnectionEnd;
      readonly untilMs: number;
      readonly last: ConnectionStats;
      answer: Uint8Array | undefined;
    }
  | { readonly name: "ended"; readonly end: ConnectionEnd; readonly last: ConnectionStats };

/** RFC 9000 10.2. */
const DRAINING_PROBE_TIMEOUTS = 3;
/** A writer that found no room is woken once a quarter of the buffer, or this, is free again. */
const WRITABLE_BYTES = 16 * 1024;

export class Connection implements ByteStream {
  readonly transport = "udp-sec";
  readonly role: Role;
  readonly #receiveStream: ReceiveStream;
  readonly #drops: DropCounters;
  readonly #counters: Readonly<ConnectionCounters>;
  readonly #trace: ConnectionTrace | undefined;
  readonly #secrets: ConnectionSecrets;
  readonly #writableThresholdBytes: number;
  #state: ConnectionState;
  #openedPackets = 0;
  #lastReceiptMs: number;
  #workSinceMs: number | undefined;
  #isReadable = false;
  /** Contiguous stream bytes of which "readable" was told, or is about to be. */
  #toldDelivered = 0;
  #isWriterWaiting = false;
  #hasNewEnd = false;
  #wasComplete = false;

  /** @param setup whose keys and reserved window the connection takes over */
  constructor(setup: ConnectionSetup) {
    const parts = makeParts(setup);
    this.role = setup.role;
    this.#receiveStream = parts.receiveStream;
    this.#drops = parts.drops;
    this.#counters = parts.counters;
    this.#trace = parts.trace;
    this.#secrets = new ConnectionSecrets([parts.sealer, parts.opener], [setup.sendKey, setup.receiveKey]);
    const quarterBytes = Math.floor(setup.limits.sendBufferBytes / 4);
    this.#writableThresholdBytes = Math.max(1, Math.min(WRITABLE_BYTES, quarterBytes, setup.budget.sendWakeBytes));
    this.#lastReceiptMs = setup.nowMs;
    this.#state = { name: "open", open: new OpenState(parts) };
  }

  // ---- datagrams and time

  /**
   * Takes a datagram whose session id and address the endpoint has matched. All that is received between two polls is one
   * batch.
   *
   * @param datagram the connection's from here on: it may be opened where it lies, and kept until its bytes are read
   * @param header of the datagram, where the caller has parsed it
   * @returns why it was dropped, if it was
   */
  receive(datagram: Uint8Array, nowMs: number, header?: Header): DropReason | undefined {
    const reason = this.#receive(datagram, nowMs, header);
    if (reason === undefined) return undefined;
    this.#drops.count(reason);
    if (this.#trace !== undefined) {
      this.#trace.event(nowMs, "transport:packet_dropped", { trigger: reason, raw: { length: datagram.length } });
    }
    return reason;
  }

  /**
   * Runs due timers, then gives the next datagram to send.
   *
   * @returns at most 1200 bytes; undefined if nothing may leave before `nextDeadlineMs` or the next call
   */
  poll(nowMs: number): Uint8Array | undefined {
    this.#workSinceMs = undefined;
    if (this.#state.name === "open") {
      const datagram = this.#pollOpen(this.#state.open, nowMs);
      if (datagram !== undefined) return datagram;
    }
    return this.#pollEnd(nowMs);
  }

  /** @returns when `poll` should be called at the latest, in milliseconds of the injected clock */
  nextDeadlineMs(): number | undefined {
    if (this.#state.name !== "open") return earliest(this.#deadlines());
    return Math.min(this.#workSinceMs ?? Infinity, this.#state.open.nextDeadlineMs);
  }

  /** @returns what happened since the last call, each kind at most once */
  takeEvents(): readonly TransportEvent[] {
    if (!this.#isWriterWaiting && !this.#hasNewEnd) {
      if (!this.#isReadable) return NO_EVENTS;
      this.#isReadable = false;
      return READABLE;
    }
    const events: TransportEvent[] = [];
    if (this.#isReadable) events.push({ type: "readable" });
    this.#isReadable = false;
    if (this.#isWriterWaiting && this.writableBytes >= this.#writableThresholdBytes) {
      this.#isWriterWaiting = false;
      events.push({ type: "writable" });
    }
    if (this.#hasNewEnd && this.end !== undefined) events.push({ type: "closed", end: this.end });
    this.#hasNewEnd = false;
    return events;
  }

  /** Sends a PING with the next `poll`, exempt from congestion control as probes are. */
  sendPing(nowMs: number): void {
    if (this.#state.name !== "open") return;
    this.#state.open.sender.requestPing();
    this.#work(nowMs);
  }

  // ---- the stream

  get isEstablished(): boolean {
    return this.#state.name === "open";
  }

  get end(): ConnectionEnd | undefined {
    return this.#state.name === "open" ? undefined : this.#state.end;
  }

  get lastReceiptMs(): number {
    return this.#lastReceiptMs;
  }

  /** Authenticated packets that were neither duplicates nor too old. */
  get openedPackets(): number {
    return this.#openedPackets;
  }

  /** Lingering is over: the endpoint may forget the connection. */
  get isDrained(): boolean {
    return this.#state.name === "ended";
  }

  write(bytes: Uint8Array, nowMs: number): number {
    if (this.#state.name !== "open") return 0;
    const taken = this.#state.open.parts.sendStream.write(bytes);
    // Full to the brim counts as refused: a writer that looks at `writableBytes` first would never be told otherwise.
    if (taken < bytes.length || this.writableBytes === 0) this.#isWriterWaiting = true;
    if (taken > 0) this.#work(nowMs);
    return taken;
  }

  get writableBytes(): number {
    return this.#state.name === "open" ? this.#state.open.parts.sendStream.writableBytes : 0;
  }

  get unsentBytes(): number {
    return this.#state.name === "open" ? this.#state.open.parts.sendStream.unsentBytes : 0;
  }

  get smoothedRttMs(): number | undefined {
    return this.#state.name === "open" ? this.#state.open.parts.recovery.rtt.smoothedMs : undefined;
  }

  finish(nowMs: number): void {
    if (this.#state.name !== "open") return;
    this.#state.open.parts.sendStream.finish();
    this.#isWriterWaiting = false;
    this.#work(nowMs);
  }

  get readableBytes(): number {
    return this.#receiveStream.readableBytes;
  }

  read(maxBytes: number, nowMs: number): Uint8Array | undefined {
    const smoothedRttMs = this.#state.name === "open" ? this.#state.open.parts.recovery.rtt.smoothedMs : 0;
    const bytes = this.#receiveStream.read(maxBytes, smoothedRttMs, nowMs);
    if (this.#state.name === "open" && this.#receiveStream.isUpdateDue) this.#work(nowMs);
    return bytes;
  }

  get isReadFinished(): boolean {
    return this.#receiveStream.isReadFinished;
  }

  close(code: number, reason: string, nowMs: number): void {
    checkClose(code, reason);
    if (this.#state.name === "open") this.#close(this.#state.open, code, reason, nowMs);
  }

  /**
   * Ends at once and without a word to the peer: no code exists for it on the wire
   * (dsoftbus-transport.md#9-bounds-and-codes).
   */
  endLocally(name: LocalEndName, nowMs: number): void {
    if (this.#state.name === "open") this.#endSilently(this.#state.open, name, nowMs);
    else if (this.#state.name !== "ended") this.#enterEnded(this.#state.end, this.#state.last, nowMs);
  }

  /** What it holds, measured and counted: also what checkers look at. */
  stats(): ConnectionStats {
    const state = this.#state;
    const timers = armedTimers(this.#deadlines());
    if (state.name === "open") return statsOf(state.open.parts, state.open.sender.heldBytes, timers);
    return {
      ...statsAfterEnd(state.last, state.name, this.readableBytes),
      counters: { ...this.#counters },
      drops: this.#drops.snapshot(),
      timers,
    };
  }

  // ---- transitions

  #receive(datagram: Uint8Array, nowMs: number, header: Header | undefined): DropReason | undefined {
    const state = this.#state;
    switch (state.name) {
      case "open":
        return this.#receiveOpen(state.open, datagram, nowMs, header);
      case "closing": {
        const result = state.closing.receive(datagram, nowMs);
        // An answer may be due.
        if (result === "closed") this.#work(nowMs);
        if (result !== "peer-closed") return result;
        // It has heard, or ends by itself: nothing is left to repeat (RFC 9000 10.2.2). What is still on its way finds no connection.
        this.#enterEnded(state.end, state.last, nowMs);
        return undefined;
      }
      case "draining":
      case "ended":
        return "closed";
    }
  }

  #receiveOpen(
    open: OpenState,
    datagram: Uint8Array,
    nowMs: number,
    header: Header | undefined,
  ): DropReason | undefined {
    const result = open.receiver.receive(datagram, nowMs, header);
    if (this.#counters.packetsReceived > this.#openedPackets) {
      this.#openedPackets = this.#counters.packetsReceived;
      this.#lastReceiptMs = open.parts.liveness.lastReceiptMs;
      this.#work(nowMs);
    }
    const { delivered } = this.#receiveStream;
    if (delivered > this.#toldDelivered) this.#isReadable = true;
    this.#toldDelivered = delivered;
    if (!this.#wasComplete && this.#receiveStream.isComplete) {
      this.#wasComplete = true;
      this.#isReadable = true;
    }
    if (typeof result !== "object") return result;
    this.#end(open, result, nowMs);
    return undefined;
  }

  #pollOpen(open: OpenState, nowMs: number): Uint8Array | undefined {
    open.receiver.endBatch();
    const ending = open.runTimers(nowMs) ?? open.checkEnd();
    if (ending !== undefined) {
      this.#end(open, ending, nowMs);
      return undefined;
    }
    const datagram = open.sender.poll(nowMs);
    if (this.#trace !== undefined) this.#trace.lossTimer(open.parts.recovery, nowMs);
    return datagram;
  }

  #pollEnd(nowMs: number): Uint8Array | undefined {
    const state = this.#state;
    if (state.name === "closing") {
      if (!state.closing.isOver(nowMs)) return state.closing.poll(nowMs);
      this.#enterEnded(state.end, state.last, nowMs);
    } else if (state.name === "draining") {
      const { answer } = state;
      if (answer !== undefined) {
        state.answer = undefined;
        return answer;
      }
      if (nowMs >= state.untilMs) this.#enterEnded(state.end, state.last, nowMs);
    }
    return undefined;
  }

  #deadlines(): Deadlines {
    const state = this.#state;
    switch (state.name) {
      case "open":
        return { work: this.#workSinceMs, ...state.open.deadlines() };
      case "closing": {
        const { deadlineMs, isLastSent } = state.closing;
        return { work: this.#workSinceMs, [isLastSent ? "linger" : "close"]: deadlineMs };
      }
      case "draining":
        return { work: this.#workSinceMs, linger: state.untilMs };
      case "ended":
        return {};
    }
  }

  #end(open: OpenState, ending: Ending, nowMs: number): void {
    switch (ending.kind) {
      case "close":
        this.#close(open, CloseCode[ending.code], ending.reason, nowMs);
        return;
      case "peer-close":
        this.#enterDraining(open, endByCode(ending.code, ending.reason, "peer"), nowMs);
        return;
      case "local":
        this.#endSilently(open, ending.name, nowMs);
        return;
    }
  }

  #close(open: OpenState, code: number, reason: string, nowMs: number): void {
    const last = this.#release(open);
    const closing = new Closing(open.parts, code, reason, nowMs);
    this.#enter({ name: "closing", end: endByCode(code, reason, "local"), closing, last }, nowMs);
    this.#work(nowMs);
  }

  #endSilently(open: OpenState, name: LocalEndName | "NO_ERROR", nowMs: number): void {
    const end: ConnectionEnd = { name, code: undefined, reason: "", by: "local" };
    this.#enterEnded(end, this.#release(open), nowMs);
  }

  /** The peer closed: one CLOSE tells it that it was heard, sealed at once because no key is kept, and copied because it waits. */
  #enterDraining(open: OpenState, end: ConnectionEnd, nowMs: number): void {
    const last = this.#release(open);
    const answer = new Closing(open.parts, CloseCode.NO_ERROR, "", nowMs).poll(nowMs)?.slice();
    this.#secrets.wipe();
    const untilMs = nowMs + DRAINING_PROBE_TIMEOUTS * endingUnitMs(last.probeTimeoutMs);
    this.#enter({ name: "draining", end, untilMs, last, answer }, nowMs);
    this.#work(nowMs);
  }

  #enterEnded(end: ConnectionEnd, last: ConnectionStats, nowMs: number): void {
    this.#secrets.wipe();
    this.#workSinceMs = undefined;
    this.#enter({ name: "ended", end, last }, nowMs);
  }

  /** Gives back everything but unread bytes. @returns what the statistics said until then */
  #release(open: OpenState): ConnectionStats {
    const last = statsOf(open.parts, 0, {});
    open.parts.sendStream.release();
    this.#receiveStream.onEnd();
    return last;
  }

  #enter(state: ConnectionState, nowMs: number): void {
    const previous = this.#state.name;
    if (previous === "open") this.#hasNewEnd = true;
    this.#state = state;
    if (this.#trace !== undefined) {
      const end = state.name === "open" ? {} : { trigger: state.end.name, by: state.end.by };
      this.#trace.event(nowMs, "connectivity:connection_state_updated", { old: previous, new: state.name, ...end });
    }
  }

  #work(nowMs: number): void {
    this.#workSinceMs ??= nowMs;
  }
}
