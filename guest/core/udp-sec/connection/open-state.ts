/**
 * A connection while it is open: who receives, who sends, and the timers between them.
 */
import type { ConnectionParts } from "./connection-parts.ts";
import { type Ending, PacketReceiver } from "./packet-receiver.ts";
import { PacketSender } from "./packet-sender.ts";
import type { Deadlines } from "./timers.ts";

export class OpenState {
  readonly parts: ConnectionParts;
  readonly sender: PacketSender;
  readonly receiver: PacketReceiver;

  constructor(parts: ConnectionParts) {
    this.parts = parts;
    this.sender = new PacketSender(parts);
    this.receiver = new PacketReceiver(parts, this.sender);
  }

  /** Runs what is due. @returns what ends the connection */
  runTimers(nowMs: number): Ending | undefined {
    const { recovery, liveness, persist, receiveStream, ackPolicy, trace } = this.parts;
    if (nowMs >= liveness.idleDeadlineMs) return { kind: "local", name: this.#areBothFinished ? "NO_ERROR" : "IDLE" };
    if (nowMs >= this.#pathDeadlineMs) return { kind: "local", name: "PATH" };
    // All of them as they stand before any of them runs; no object: this is asked for each packet.
    const loss = recovery.lossDeadlineMs;
    const probe = recovery.probeDeadlineMs;
    const probeTimeoutMs = recovery.probeTimeout.baseMs;
    const persistMs = persist.deadlineMs(probeTimeoutMs);
    const livenessMs = liveness.pingDeadlineMs(probeTimeoutMs);
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
    if (nowMs >= livenessMs) {
      if (trace !== undefined) trace.expired("liveness", nowMs);
      liveness.onPing(nowMs);
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

  /** The earliest of `deadlines()`, without an object: asked of each connection that had anything to do. */
  get nextDeadlineMs(): number {
    const { ackPolicy, pacer, recovery, persist, liveness } = this.parts;
    const probeTimeoutMs = recovery.probeTimeout.baseMs;
    return Math.min(
      ackPolicy.deadlineMs ?? Infinity,
      pacer.deadlineMs ?? Infinity,
      recovery.lossDeadlineMs ?? Infinity,
      recovery.probeDeadlineMs ?? Infinity,
      persist.deadlineMs(probeTimeoutMs) ?? Infinity,
      liveness.pingDeadlineMs(probeTimeoutMs),
      liveness.idleDeadlineMs,
      this.#pathDeadlineMs,
    );
  }

  deadlines(): Deadlines {
    const { ackPolicy, pacer, recovery, persist, liveness, sendStream } = this.parts;
    const probeTimeoutMs = recovery.probeTimeout.baseMs;
    return {
      ack: ackPolicy.deadlineMs,
      pacing: pacer.deadlineMs,
      loss: recovery.lossDeadlineMs,
      probe: recovery.probeDeadlineMs,
      persist: persist.deadlineMs(probeTimeoutMs),
      liveness: liveness.pingDeadlineMs(probeTimeoutMs),
      idle: liveness.idleDeadlineMs,
      path: sendStream.hasUnacknowledged ? this.#pathDeadlineMs : undefined,
    };
  }

  get #pathDeadlineMs(): number {
    const { liveness, recovery, sendStream } = this.parts;
    if (!sendStream.hasUnacknowledged) return Number.POSITIVE_INFINITY;
    return liveness.pathDeadlineMs(recovery.probeTimeout.baseMs);
  }

  /** All of both directions has arrived; whether FIN was acknowledged is another question. */
  get #areBothFinished(): boolean {
    return this.parts.sendStream.isFinished && this.parts.receiveStream.isComplete;
  }
}
