import { toHex } from "../../bytes/hex.ts";
import type { TraceSink } from "../../trace.ts";
import type { CongestionController } from "../congestion/congestion-controller.ts";
import type { PacketTypeCode } from "../packet/header.ts";
import { packetTypeName } from "../packet/header.ts";
import { type PacketNumberRange, readAcknowledgement } from "../packet/packet-content.ts";
import type { LossCause, Recovery } from "../recovery/recovery.ts";
import type { TimerName } from "./timers.ts";

/** A packet that left or came, as far as a trace tells it. */
interface TracedPacket {
  readonly type: PacketTypeCode;
  readonly packetNumber: number;
  /** What every packet acknowledges: 0 is nothing. */
  readonly ack: number;
  readonly ackBits: number;
  /** Of an ACK. */
  readonly ranges?: readonly PacketNumberRange[];
  readonly ackDelayUs: number;
}

/** @returns what is acknowledged as one frame, if anything is; ranges ascend, both ends included */
function ackFrames({ ack, ackBits, ranges = [], ackDelayUs }: TracedPacket): object[] {
  const runs = readAcknowledgement(ack, ackBits, ranges)?.runs ?? [];
  if (runs.length === 0) return [];
  const acked = runs.map(({ first, last }) => [first, last]).reverse();
  return [{ frame_type: "ack", ack_delay: ackDelayUs / 1000, acked_ranges: acked }];
}

/** In the words of qlog. */
const LOSS_TRIGGERS: Readonly<Record<LossCause, string>> = {
  threshold: "reordering_threshold",
  time: "time_threshold",
  probe: "pto_expired",
};

/** The trace of one connection. It exists only with a sink: without, each site pays one comparison. */
export class ConnectionTrace {
  readonly #sink: TraceSink;
  readonly #connection: string;
  #lossTimerMs: number | undefined;

  constructor(sink: TraceSink, sessionId: Uint8Array) {
    this.#sink = sink;
    this.#connection = toHex(sessionId);
  }

  event(nowMs: number, name: string, data: Readonly<Record<string, unknown>>): void {
    this.#sink.event(nowMs, name, this.#connection, data);
  }

  packet(
    name: "transport:packet_sent" | "transport:packet_received",
    packet: TracedPacket,
    datagramBytes: number,
    nowMs: number,
  ): void {
    const header = { packet_type: packetTypeName(packet.type), packet_number: packet.packetNumber };
    const frames = ackFrames(packet);
    this.event(nowMs, name, { header, raw: { length: datagramBytes }, ...(frames.length === 0 ? {} : { frames }) });
  }

  lost(packetNumber: number, cause: LossCause, nowMs: number): void {
    const data = { header: { packet_number: packetNumber }, trigger: LOSS_TRIGGERS[cause] };
    this.event(nowMs, "recovery:packet_lost", data);
  }

  /** A timer fired. qlog knows `ack` (loss by time) and `pto`; the others keep our names. */
  expired(timer: TimerName, nowMs: number): void {
    const timerType = timer === "loss" ? "ack" : timer === "probe" ? "pto" : timer;
    this.event(nowMs, "recovery:loss_timer_updated", { event_type: "expired", timer_type: timerType });
  }

  metrics(congestion: CongestionController, recovery: Recovery, nowMs: number): void {
    const { rtt, flight, probeTimeout } = recovery;
    this.event(nowMs, "recovery:metrics_updated", {
      congestion_window: congestion.cwndBytes,
      ssthresh: Number.isFinite(congestion.ssthreshBytes) ? congestion.ssthreshBytes : null,
      bytes_in_flight: flight.bytes,
      packets_in_flight: flight.count,
      smoothed_rtt: rtt.smoothedMs,
      rtt_variance: rtt.variationMs,
      latest_rtt: rtt.latestMs,
      min_rtt: rtt.minMs ?? null,
      pto_count: probeTimeout.expiries,
    });
  }

  /** Reports the loss or probe timer if it moved since the last call. */
  lossTimer(recovery: Recovery, nowMs: number): void {
    const { lossDeadlineMs, probeDeadlineMs } = recovery;
    const deadlineMs = lossDeadlineMs ?? probeDeadlineMs;
    if (deadlineMs === this.#lossTimerMs) return;
    this.#lossTimerMs = deadlineMs;
    if (deadlineMs === undefined) {
      this.event(nowMs, "recovery:loss_timer_updated", { event_type: "cancelled" });
    } else {
      const timer = lossDeadlineMs === undefined ? "pto" : "ack";
      this.event(nowMs, "recovery:loss_timer_updated", {
        event_type: "set",
        timer_type: timer,
        delta: deadlineMs - nowMs,
      });
    }
  }
}
