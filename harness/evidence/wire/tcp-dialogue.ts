/** One TCP connection at one tap, from its SYN on: who sends what, and whether that follows from what the other sent (RFC 9293 3.10). */
import { SentStream } from "./sent-stream.ts";
import type { KernelSegment } from "./kernel-segment.ts";

/** `tcp_syn_retries` and `tcp_synack_retries` of Linux are 6 and 5. */
const MOST_REPEATS_OF_SYN = 8;
/** Beside one for each segment: windows that open are told too. */
const ACKS_AT_ONCE = 64;
const ACKS_PER_SEGMENT = 4;

interface Side {
  /** Sequence number of its first byte; undefined: it has not spoken. */
  first: number | undefined;
  /** Bytes sent, FIN among them. */
  sent: number;
  segments: number;
  acknowledgements: number;
  resets: number;
  syns: number;
  readonly stream: SentStream;
}

export class TcpDialogue {
  readonly #client: Side;
  readonly #server: Side = newSide(undefined);
  /** The client has acknowledged the server's SYN. */
  #isOpen = false;

  /** @param syn the client's */
  constructor(syn: KernelSegment) {
    this.#client = newSide((syn.sequence + 1) >>> 0);
  }

  /** A SYN of another number begins another connection between the same sockets. */
  isBegunBy({ sequence }: KernelSegment): boolean {
    return this.#client.first === (sequence + 1) >>> 0;
  }

  /** @param isJudged false: it was judged where it left, and may have missed some of the way @returns what is wrong with the segment */
  take(segment: KernelSegment, isFromClient: boolean, isJudged: boolean): string | undefined {
    const [side, peer] = isFromClient ? [this.#client, this.#server] : [this.#server, this.#client];
    const problem = isJudged ? this.#problem(segment, side, peer) : undefined;
    side.segments += 1;
    if (segment.isSyn) {
      side.syns += 1;
      side.first ??= (segment.sequence + 1) >>> 0;
      return problem;
    }
    if (segment.isReset) {
      side.resets += 1;
      return problem;
    }
    if (isFromClient && segment.isAck && peer.first !== undefined) this.#isOpen = true;
    const isPure = segment.payload.length === 0 && !segment.isFin;
    if (isPure) side.acknowledgements += 1;
    if (side.first === undefined) return problem;
    const offset = distance(segment.sequence, side.first);
    if (problem !== undefined) return problem;
    const differs = isJudged && side.stream.add(offset, segment.payload);
    side.sent = Math.max(side.sent, offset + segment.payload.length + (segment.isFin ? 1 : 0));
    return differs ? "TCP that sends other bytes than it sent there before" : undefined;
  }

  #problem(segment: KernelSegment, side: Side, peer: Side): string | undefined {
    const { isSyn, isAck, isReset, payload } = segment;
    if (payload.length > 0 && (isSyn || isReset)) return `${payload.length} bytes in a ${isSyn ? "SYN" : "reset"}`;
    if (isAck && !this.#acknowledgesWhatCame(segment, peer)) return "TCP that acknowledges what was never sent";
    if (isSyn) return synProblem(segment, side, side === this.#client);
    if (isReset) return side.resets > peer.segments ? "more resets than anybody provoked" : undefined;
    const canSend = side === this.#client ? peer.first !== undefined : this.#isOpen;
    if (side.first === undefined || !canSend) return `TCP before its connection stands: ${payload.length} bytes`;
    const offset = distance(segment.sequence, side.first);
    // One before: how a kernel asks whether the other end still lives.
    if (offset < -1 || offset > side.sent) return `TCP with a sequence number ${offset - side.sent} from where it is`;
    const isFlood = side.acknowledgements > ACKS_AT_ONCE + ACKS_PER_SEGMENT * peer.segments;
    return isFlood && payload.length === 0 ? "more acknowledgements than segments came" : undefined;
  }

  #acknowledgesWhatCame({ acknowledgement }: KernelSegment, peer: Side): boolean {
    if (peer.first === undefined) return false;
    const offset = distance(acknowledgement, peer.first);
    return offset >= 0 && offset <= peer.sent;
  }
}

function synProblem({ sequence, isAck }: KernelSegment, side: Side, isClient: boolean): string | undefined {
  if (isAck === isClient) return isClient ? "a SYN of the client's that acknowledges" : "a SYN of the server's";
  if (side.first !== undefined && side.first !== (sequence + 1) >>> 0) return "a second SYN with another number";
  return side.syns > MOST_REPEATS_OF_SYN ? "a SYN that is repeated for ever" : undefined;
}

function newSide(first: number | undefined): Side {
  return {
    ...{ first, sent: 0, segments: 0, acknowledgements: 0, resets: 0, syns: 0 },
    stream: new SentStream(),
  };
}

/** Modulo 2^32, from -2^31. */
function distance(to: number, from: number): number {
  return (to - from) | 0;
}
