/** A connection of the core whose peer, with valid keys, is the attacker. Time is moved by the attack. */
import { Connection } from "../../core/udp-sec/connection/connection.ts";
import { type PairOptions, setupFor } from "../../core/udp-sec/connection/connection-pair.fixture.ts";
import { ForgedPeer } from "../../core/udp-sec/connection/forged-peer.fixture.ts";
import type { ParsedPacket } from "../../core/udp-sec/packet/packet-content.ts";

/** A deadline that is never met would come back for ever: the attack then ends here, and has won if the victim is still there. */
const MAX_TURNS = 20_000;

export class Victim {
  readonly connection: Connection;
  readonly peer = new ForgedPeer();
  /** Every packet that the victim has sent, opened. */
  readonly sent: ParsedPacket[] = [];
  nowMs = 0;

  constructor(options: PairOptions = {}) {
    this.connection = new Connection(setupFor("initiator", { handshakeRttMs: 20, ...options }));
  }

  /** Hands the datagrams over, then lets the victim send what it may. @returns what it sent */
  receive(...datagrams: readonly Uint8Array[]): ParsedPacket[] {
    for (const datagram of datagrams) this.connection.receive(datagram.slice(), this.nowMs);
    return this.flush();
  }

  flush(): ParsedPacket[] {
    const packets: ParsedPacket[] = [];
    for (let out = this.connection.poll(this.nowMs); out !== undefined; out = this.connection.poll(this.nowMs)) {
      packets.push(this.peer.read(out.slice()));
    }
    this.connection.takeEvents();
    this.sent.push(...packets);
    return packets;
  }

  /** From deadline to deadline. @returns what it sent meanwhile */
  advance(durationMs: number): ParsedPacket[] {
    const untilMs = this.nowMs + durationMs;
    const packets = this.flush();
    for (let turn = 0; turn < MAX_TURNS; turn += 1) {
      const nextMs = Math.max(this.nowMs, this.connection.nextDeadlineMs() ?? Infinity);
      if (nextMs > untilMs) break;
      this.nowMs = nextMs;
      packets.push(...this.flush());
    }
    this.nowMs = untilMs;
    packets.push(...this.flush());
    return packets;
  }

  /** Fills its send buffer and sends what the window allows. */
  writeAll(bytes = 256 * 1024): ParsedPacket[] {
    this.connection.write(new Uint8Array(bytes), this.nowMs);
    return this.advance(40);
  }

  get endName(): string | undefined {
    return this.connection.end?.name;
  }

  get stats(): ReturnType<Connection["stats"]> {
    return this.connection.stats();
  }
}

/** @returns the victim's end unless it is the one that the specification demands */
export function unlessEndedWith(victim: Victim, expected: string, prize: string): string | undefined {
  return victim.endName === expected ? undefined : `${prize} (the connection: ${victim.endName ?? "goes on"})`;
}

/** Acknowledges every packet of `packets`, in order, one datagram each. */
export function acknowledgeEach(victim: Victim, packets: readonly ParsedPacket[], delivered: number): void {
  for (const { header } of packets) {
    const ackBits = header.packetNumber > 32 ? 0xffff_ffff : 2 ** (header.packetNumber - 1) - 1;
    victim.connection.receive(victim.peer.ack([], { ack: header.packetNumber, ackBits, delivered }), victim.nowMs);
  }
}
