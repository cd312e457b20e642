/** Mux frames made by tests, on a TCP session whose records carry them. */
import type { End, SessionReport, TcpFollower } from "../follow/session-packet.ts";
import { MUX_RULES, SERVICE_RULES } from "../rules/mux-rules.ts";
import { TCP_RULES } from "../rules/tcp-rules.ts";
import { followTcpSession, type TcpRuleSet } from "./follow-tcp-session.ts";

const FRAME = { OPEN: 1, OPEN_ACK: 2, DATA: 3, WINDOW_UPDATE: 4, RST: 5, PING: 6, PONG: 7, CLOSE: 8 } as const;

export function frameBytes(
  type: keyof typeof FRAME,
  streamId: number,
  payload: Uint8Array = new Uint8Array(0),
  priority = 0,
): Buffer {
  const header = Buffer.alloc(12);
  header.set([2, FRAME[type], priority]);
  header.writeUInt32LE(streamId, 4);
  header.writeUInt32LE(payload.length, 8);
  return Buffer.concat([header, payload]);
}

export const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >>> 8]);
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
export const message = (...parts: readonly Uint8Array[]): Buffer => {
  const whole = Buffer.concat(parts);
  return Buffer.concat([u32(whole.length), whole]);
};

/** Both ends of a session with taps of their own; what one says arrives unless it is told otherwise. */
export class PlayedStreams {
  readonly #follower: TcpFollower;
  #number = 0;
  #atUs = 0;

  constructor(leaveOut?: string) {
    const others = <T extends { readonly id: string }>(rules: readonly T[]): readonly T[] =>
      rules.filter(({ id }) => id !== leaveOut);
    const rules: TcpRuleSet = {
      records: others(TCP_RULES),
      mux: others(MUX_RULES),
      services: others(SERVICE_RULES),
    };
    this.#follower = followTcpSession(
      { above: "mux", tapped: { initiator: true, responder: true }, lagUs: 0, startedUs: 0 },
      rules,
    );
  }

  /** After ACCEPT. @param lateMs it comes so long after the connection began */
  static open(leaveOut?: string, lateMs = 0): PlayedStreams {
    return new PlayedStreams(leaveOut).wait(lateMs).record("responder", Uint8Array.of(3));
  }

  record(sender: End, plaintext: Uint8Array, hasArrived = true): this {
    for (const place of hasArrived ? (["sent", "delivered"] as const) : (["sent"] as const)) {
      this.#number += 1;
      this.#follower.take({ file: "played", number: this.#number, atUs: this.#atUs, sender, place, plaintext });
    }
    return this;
  }

  /** Nothing happens for so long. */
  wait(ms: number): this {
    this.#atUs += ms * 1_000;
    return this;
  }

  /** TCP ends in that direction. */
  endTcp(sender: End): this {
    this.#number += 1;
    this.#follower.ended(sender, "sent", 0, { file: "played", number: this.#number, atUs: this.#atUs });
    return this;
  }

  say(sender: End, ...frames: readonly Uint8Array[]): this {
    return this.record(sender, Buffer.concat([Uint8Array.of(0), ...frames]));
  }

  /** The frames leave and have not arrived yet: for ever, since TCP keeps the order. */
  sayInVain(sender: End, ...frames: readonly Uint8Array[]): this {
    return this.record(sender, Buffer.concat([Uint8Array.of(0), ...frames]), false);
  }

  /** The initiator opens a stream, which is taken, with the usual credit both ways. */
  stream(id: number, name: string, credit = 65_536): this {
    this.say("initiator", frameBytes("OPEN", id, Buffer.concat([u32(credit), Buffer.from(name)])));
    return this.say("responder", frameBytes("OPEN_ACK", id, u32(credit)));
  }

  data(sender: End, id: number, bytes: Uint8Array): this {
    for (let at = 0; at < bytes.length; at += 32_768) {
      this.say(sender, frameBytes("DATA", id, bytes.subarray(at, at + 32_768)));
    }
    return this;
  }

  end(): SessionReport {
    return this.#follower.end();
  }
}
