/**
 * What an open connection consists of, made from what the handshake handed over. Receiver and sender work on the same parts.
 */
import type { CongestionController } from "../congestion/congestion-controller.ts";
import { newReno } from "../congestion/new-reno.ts";
import { Pacer } from "../congestion/pacer.ts";
import type { ConnectionCounters } from "./connection-counters.ts";
import { newConnectionCounters } from "./connection-counters.ts";
import type { ConnectionSetup } from "./connection-setup.ts";
import { ConnectionTrace } from "./connection-trace.ts";
import { DropCounters } from "../packet/drop-reason.ts";
import { Liveness } from "./liveness.ts";
import { MAX_UDP_DATAGRAM_BYTES } from "../packet/header.ts";
import { PacketOpener, PacketSealer } from "../packet/packet-protection.ts";
import { AckPolicy } from "../recovery/ack-policy.ts";
import { AckTracker, DuplicateFilter } from "../recovery/received-packets.ts";
import { ReportedAcks } from "../recovery/reported-acks.ts";
import { PacketNumbers } from "../recovery/packet-numbers.ts";
import type { RecoveryListener } from "../recovery/recovery.ts";
import { Recovery } from "../recovery/recovery.ts";
import { PersistTimer } from "../stream/persist-timer.ts";
import { ReceiveStream } from "../stream/receive-stream.ts";
import { SendStream } from "../stream/send-stream.ts";

export interface ConnectionParts {
  readonly setup: ConnectionSetup;
  readonly sealer: PacketSealer;
  readonly opener: PacketOpener;
  readonly numbers: PacketNumbers;
  readonly duplicates: DuplicateFilter;
  readonly acks: AckTracker;
  readonly ackPolicy: AckPolicy;
  readonly reportedAcks: ReportedAcks;
  readonly congestion: CongestionController;
  readonly pacer: Pacer;
  readonly recovery: Recovery;
  readonly sendStream: SendStream;
  readonly receiveStream: ReceiveStream;
  readonly persist: PersistTimer;
  readonly liveness: Liveness;
  readonly counters: ConnectionCounters;
  readonly drops: DropCounters;
  readonly trace: ConnectionTrace | undefined;
}

export function makeParts(setup: ConnectionSetup): ConnectionParts {
  const { crypto, limits, localParameters, peerParameters, budget, nowMs, sessionId } = setup;
  const trace = setup.trace === undefined ? undefined : new ConnectionTrace(setup.trace, sessionId);
  const makeCongestion = setup.congestion ?? newReno;
  const congestion = makeCongestion({ mssBytes: MAX_UDP_DATAGRAM_BYTES, capBytes: limits.inFlightBytes, nowMs });
  const sendStream = new SendStream(limits.sendBufferBytes, budget, peerParameters.windowBytes);
  const acks = new AckTracker();
  const idleTimeoutMs = Math.min(localParameters.idleTimeoutMs, peerParameters.idleTimeoutMs);
  const liveness = new Liveness(idleTimeoutMs, setup.role, nowMs);
  const listener: RecoveryListener = {
    onAcknowledged: (record, atMs) => {
      sendStream.onAcknowledged(record);
      if (record.length > 0) liveness.onProgress(atMs);
    },
    onLost: (record, cause, atMs) => {
      sendStream.onLost(record);
      if (trace !== undefined) {
        trace.lost(record.packetNumber, cause, atMs);
      }
    },
    onReportAcknowledged: (reported) => {
      acks.retire(reported);
    },
  };
  const timing = { handshakeRttMs: setup.handshakeRttMs, peerAckDelayMs: peerParameters.ackDelayMs, nowMs };
  const receiveLimits = {
    initialWindowBytes: localParameters.windowBytes,
    maxWindowBytes: limits.maxWindowBytes,
    outOfOrderSegments: limits.outOfOrderSegments,
  };
  return {
    setup,
    sealer: new PacketSealer(crypto.chacha20Poly1305(setup.sendKey), sessionId, setup.memory),
    opener: new PacketOpener(crypto.chacha20Poly1305(setup.receiveKey)),
    numbers: new PacketNumbers(setup.random, limits.lastPacketNumber),
    duplicates: new DuplicateFilter(),
    acks,
    ackPolicy: new AckPolicy(localParameters.ackDelayMs),
    reportedAcks: new ReportedAcks(),
    congestion,
    pacer: new Pacer(nowMs),
    recovery: new Recovery(limits, congestion, listener, timing),
    sendStream,
    receiveStream: new ReceiveStream(receiveLimits, budget, nowMs),
    persist: new PersistTimer(),
    liveness,
    counters: newConnectionCounters(),
    drops: new DropCounters(),
    trace,
  };
}
