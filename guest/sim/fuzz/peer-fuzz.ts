/**
 * A peer with valid keys that sends what it likes: it can at most close its own connection. Each session is made anew from keys,
 * without a handshake; every packet is sealed properly, so all of them reach the state machines.
 */
import { checkConnection } from "../checkers/connection-checks.ts";
import { SPECIFIED_LIMITS } from "../checkers/connection-facts.ts";
import {
  type ConnectionSetup,
  type ConnectionStats,
  type CryptoPrimitives,
  DEFAULT_CONNECTION_LIMITS,
  DEFAULT_TRANSPORT_PARAMETERS,
  DatagramSlab,
  EndpointBudget,
  type Role,
} from "../../core/index.ts";
import { FORGED, ForgedConnection } from "../adversaries/forged-connection.ts";
import { factsOf } from "../world/connection-facts-of.ts";
import { honestConnections } from "../adversaries/honest-connections.ts";
import { Prng } from "../scheduler/prng.ts";
import type { FuzzFinding, SessionResult } from "./finding.ts";

const PACKETS_PER_SESSION = 60;
const EDGES = [
  0,
  1,
  2,
  31,
  32,
  33,
  255,
  4_096,
  262_143,
  262_144,
  1_048_577,
  2_097_152,
  2_097_153,
  2 ** 31,
  2 ** 32 - 1,
];

class Forger extends ForgedConnection {
  largestSeen = 0;
  readonly #prng: Prng;

  constructor(setup: ConnectionSetup, prng: Prng) {
    super(setup);
    this.#prng = prng;
  }

  protected override onPacket({ pn }: { readonly pn: number }): void {
    this.largestSeen = Math.max(this.largestSeen, pn);
  }

  /** Mostly sane in all fields but one or two, so that the state machines are reached in depth. */
  forgeAny(): string {
    const types = [FORGED.DATA, FORGED.DATA, FORGED.ACK, FORGED.PING, FORGED.CLOSE];
    const type = this.#rarely(40) ? this.#edge() & 0xff : (types[this.#prng.below(this.#rarely(8) ? 5 : 4)] ?? 0x10);
    const ack = this.#rarely(6) ? this.#edge() : this.largestSeen;
    this.nextPn += this.#rarely(5) ? this.#prng.below(80) : 1;
    this.forge({
      type,
      flags: this.#rarely(10) ? this.#prng.below(256) : 0,
      pn: this.#rarely(10) ? Math.max(1, this.nextPn - this.#prng.below(100)) : this.nextPn,
      ack,
      ackBits: this.#rarely(3) ? this.#prng.next32() : ack > 33 ? 0xffffffff : 2 ** Math.max(0, ack - 1) - 1,
      delivered: this.#rarely(4) ? this.#edge() : 0,
      window: this.#rarely(4) ? this.#edge() : 262_144,
      body: this.#body(type),
    });
    return `type ${type.toString(16)}`;
  }

  #body(type: number): Uint8Array {
    if (this.#rarely(10)) return this.#prng.bytes(this.#prng.below(1_100));
    if (type === FORGED.DATA) return this.#dataBody();
    if (type === FORGED.ACK) return this.#rarely(2) ? new Uint8Array(1) : this.#rangesBody();
    if (type === FORGED.CLOSE) return Uint8Array.of(this.#prng.below(12), 0, 0);
    return new Uint8Array(0);
  }

  #dataBody(): Uint8Array {
    const body = new Uint8Array(8 + this.#prng.below(1_135));
    const offset = this.#rarely(3) ? this.#edge() : this.#prng.below(40) * 1_000;
    new DataView(body.buffer).setBigUint64(0, BigInt(offset), true);
    return body;
  }

  #rangesBody(): Uint8Array {
    const count = this.#prng.below(34);
    const body = new Uint8Array(1 + 8 * count);
    const view = new DataView(body.buffer);
    body[0] = this.#rarely(8) ? this.#prng.below(256) : count;
    let last = Math.max(0, this.largestSeen - 33);
    for (let i = 0; i < count; i++) {
      const first = Math.max(0, last - this.#prng.below(3));
      view.setUint32(1 + 8 * i, first, true);
      view.setUint32(5 + 8 * i, last, true);
      last = Math.max(0, first - 2 - this.#prng.below(3));
    }
    return body;
  }

  #edge(): number {
    return EDGES[this.#prng.below(EDGES.length)] ?? 0;
  }

  #rarely(oneIn: number): boolean {
    return this.#prng.below(oneIn) === 0;
  }
}

/** One session from its seed. */
export function fuzzPeerSession(seed: number, crypto: CryptoPrimitives): SessionResult | FuzzFinding {
  const prng = new Prng(seed, "fuzz", "peer");
  const budget = new EndpointBudget();
  const [victimSetup, forgerSetup] = makeSetups(prng, crypto, budget);
  const victim = honestConnections(victimSetup);
  const forger = new Forger(forgerSetup, prng);
  let nowMs = 0;
  let last = "nothing";
  let packets = 0;
  try {
    victim.write(prng.bytes(prng.below(200_000)), nowMs);
    while (packets < PACKETS_PER_SESSION && victim.end === undefined) {
      packets += 1;
      nowMs += prng.below(50);
      last = forger.forgeAny();
      for (let out = forger.poll(nowMs); out !== undefined; out = forger.poll(nowMs)) victim.receive(out, nowMs);
      for (let out = victim.poll(nowMs); out !== undefined; out = victim.poll(nowMs)) forger.receive(out, nowMs);
      victim.takeEvents();
      if (prng.below(3) === 0) victim.read(10_000, nowMs);
      checkConnection(factsOf(victim.stats() as ConnectionStats, "victim", "fuzz"), SPECIFIED_LIMITS);
    }
    const end = victim.end?.name;
    if (end === undefined) return { executions: packets, outcome: "lives" };
    victim.endLocally("IDLE", nowMs);
    while (victim.read(1_000_000, nowMs) !== undefined);
    if (budget.receiveReservedBytes !== 0 || budget.sendHeldBytes !== 0) {
      return { kind: "peer", problem: `ended with ${end} and kept memory of the endpoint's budget`, seed };
    }
    return { executions: packets, outcome: `${end} by ${last}` };
  } catch (error) {
    return { kind: "peer", problem: error instanceof Error ? (error.stack ?? error.message) : String(error), seed };
  }
}

function makeSetups(prng: Prng, crypto: CryptoPrimitives, budget: EndpointBudget): [ConnectionSetup, ConnectionSetup] {
  const [one, other, sessionId] = [prng.bytes(32), prng.bytes(32), prng.bytes(8)];
  const setup = (role: Role, sendKey: Uint8Array, receiveKey: Uint8Array, of: EndpointBudget): ConnectionSetup => ({
    role,
    sessionId,
    sendKey: sendKey.slice(),
    receiveKey: receiveKey.slice(),
    localParameters: DEFAULT_TRANSPORT_PARAMETERS,
    peerParameters: DEFAULT_TRANSPORT_PARAMETERS,
    handshakeRttMs: 30,
    crypto,
    random: (length) => prng.bytes(length),
    limits: DEFAULT_CONNECTION_LIMITS,
    budget: of,
    memory: new DatagramSlab(),
    trace: undefined,
    nowMs: 0,
  });
  const victimIsInitiator = prng.below(2) === 0;
  const [victim, forger]: [Role, Role] = victimIsInitiator ? ["initiator", "responder"] : ["responder", "initiator"];
  return [setup(victim, one, other, budget), setup(forger, other, one, new EndpointBudget())];
}
