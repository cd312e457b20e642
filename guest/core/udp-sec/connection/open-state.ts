/**
 * A connection while it is open: the way of a datagram in, the timers, the way of a datagram out.
 */
import type { CloseCodeName, LocalEndName } from "../../connection-end.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import type { PacketOutcome } from "./packet-receiver.ts";
import { PacketReceiver } from "./packet-receiver.ts";
import { PacketSender } from "./packet-sender.ts";
import { readPacket } from "../packet/packet-content.ts";
import type { Deadlines } from "./timers.ts";

/** What ends an open connection from within. */
export type Ending =
  | { readonly kind: "close"; readonly code: CloseCodeName; readonly reason: string }
  | { readonly kind: "peer-close"; readonly code: number; readonly reason: string }
  | { readonly kind: "local"; readonly name: LocalEndName | "NO_ERROR" };

export class OpenState {
  readonly parts: ConnectionParts;
  readonly sender: PacketSender;
  readonly #receiver: PacketReceiver;
  #batchPackets = 0;

  constructor(parts: ConnectionParts) {
    this.parts = parts;
    this.sender = new PacketSender(parts);
    this.#receiver = new PacketReceiver(parts, this.sender);
  }

  /** Opens and takes one datagram. @returns why it was dropped, or what it ends */
  receive(datagram: Uint8Array, nowMs: number): DropReason | Ending | undefined {
    const { opener, duplicates, counters, setup } = this.parts;
    const opened = opener.open(datagram);
    if (typeof opened === "string") {
      if (opened !== "failed-open") return opened;
      counters.failedOpens += 1;
      if (counters.failedOpens < setup.limits.failedOpens) return opened;
      this.parts.drops.count(opened);
      return { kind: "close", code: "AEAD_LIMIT", reason: "too many datagrams failed to open" };
    }
    const freshness = duplicates.check(opened.header.packetNumber);
    if (freshness !== "new") {
      counters.duplicates += 1;
      return freshness;
    }
    this.#batchPackets += 1;
    counters.packetsReceived += 1;
    counters.bytesReceived += datagram.length;
    const packet = readPacket(opened.header, opened.plaintext);
    if (packet === undefined) return { kind: "close", code: "PROTOCOL", reason: "malformed packet" };
    return toResult(this.#receiver.onPacket(packet, datagram.length, nowMs));
  }

  /** The first `poll` after a batch: what it gathered is acknowledged. */
  endBatch(): void {
    if (this.#batchPackets === 0) return;
    this.#batchPackets = 0;
    this.parts.ackPolicy.onBatchEnd();
  }

  /** Runs what is due. @returns what ends the connection */
  runTimers(nowMs: number): Ending | undefined {
    const { recovery, liveness, persist, receiveStream, ackPolicy, trace } = this.parts;
    if (nowMs >= liveness.idleDeadlineMs) return { kind: "local", name: this.#areBothFinished ? "NO_ERROR" : "IDLE" };
    const { path, loss, probe, persist: persistMs, liveness: livenessMs } = this.deadlines();
    if (path !== undefined && nowMs >= path) return { kind: "local", name: "PATH" };
    if (loss !== undefined && nowMs >= loss) {
      if (trace !== undefined) trace.expired("loss", nowMs);
      recovery.onLossTimer(nowMs);
      if (trace !== undefined) trace.metrics(this.parts.congestion, recovery, nowMs);
    }
    if (probe !== undefined && nowMs >= probe && !this.sender.hasPendingProbes) {
      if (trace !== undefined) trace.expired("probe", nowMs);
      recovery.onProbeTimer();
      this.sender.requestProbes();
    }
    if (persistMs !== undefined && nowMs >= persistMs) {
      if (trace !== undefined) trace.expired("persist", nowMs);
      persist.onExpiry(nowMs);
      this.sender.requestPing();
    }
    if (livenessMs !== undefined && nowMs >= livenessMs) {
      if (trace !== undefined) trace.expired("liveness", nowMs);
      liveness.onPing();
      this.sender.requestPing();
    }
    if (receiveStream.isUpdateDue) ackPolicy.demand();
    return undefined;
  }

  /** @returns an end that follows from the state, not from a timer */
  checkEnd(): Ending | undefined {
    const { numbers, setup, sendStream } = this.parts;
    if (setup.role === "initiator" && this.#areBothFinished && sendStream.finState === "acknowledged") {
      return { kind: "close", code: "NO_ERROR", reason: "" };
    }
    if (numbers.isExhausted) return { kind: "close", code: "KEY_EXHAUSTED", reason: "packet numbers used up" };
    return undefined;
  }

  deadlines(): Deadlines {
    const { ackPolicy, pacer, recovery, persist, liveness, sendStream } = this.parts;
    const probeTimeoutMs = recovery.probeTimeout.baseMs;
    const lossMs = recovery.lossDeadlineMs;
    return {
      ack: ackPolicy.deadlineMs,
      pacing: pacer.deadlineMs,
      loss: lossMs,
      probe: lossMs === undefined ? recovery.probeDeadlineMs : undefined,
      persist: persist.deadlineMs(probeTimeoutMs),
      liveness: liveness.pingDeadlineMs,
      idle: liveness.idleDeadlineMs,
      path: sendStream.hasUnacknowledged ? liveness.pathDeadlineMs(probeTimeoutMs) : undefined,
    };
  }

  /** All of both directions has arrived; whether FIN was acknowledged is another question. */
  get #areBothFinished(): boolean {
    return this.parts.sendStream.isFinished && this.parts.receiveStream.isComplete;
  }
}

function toResult(outcome: PacketOutcome): DropReason | Ending | undefined {
  switch (outcome.kind) {
    case "taken":
      return undefined;
    case "dropped":
      return outcome.reason;
    case "violation":
      return { kind: "close", code: outcome.code, reason: outcome.reason };
    case "closed":
      return { kind: "peer-close", code: outcome.code, reason: outcome.reason };
  }
}
