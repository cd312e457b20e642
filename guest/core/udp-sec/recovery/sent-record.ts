/**
 * What is remembered of an ack-eliciting packet until it is acknowledged or given up
 * (dsoftbus-transport.md#5-acknowledgement-and-recovery).
 */
export interface SentRecord {
  readonly packetNumber: number;
  readonly sentMs: number;
  /** Of the datagram: what counts as in flight. */
  readonly datagramBytes: number;
  /** Stream range; of a PING `length` is 0 and `isFin` false. */
  readonly offset: number;
  readonly length: number;
  readonly isFin: boolean;
  readonly isProbe: boolean;
  /** How many ack-eliciting packets were sent before. */
  readonly elicitingIndex: number;
  /** What this packet reported: retires once it is acknowledged. */
  readonly reportedAck: number;
  readonly reportedBits: number;
  state: "in-flight" | "lost" | "gone";
  /** When it was declared lost; 0 before. */
  lostMs: number;
}
