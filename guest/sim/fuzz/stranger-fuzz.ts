/**
 * Datagrams of strangers against two live endpoints: whatever isn't authenticated changes no state, is not answered, throws
 * nothing. Time stands still and nothing is due, so every difference is the datagram's doing.
 */
import {
  type Address,
  type ConnectionStats,
  type CryptoPrimitives,
  DEFAULT_TRANSPORT_PARAMETERS,
  DeviceIdentity,
  Endpoint,
  toHex,
  type TransportConnection,
} from "../../core/index.ts";
import { honestConnections } from "../adversaries/honest-connections.ts";
import { Prng } from "../scheduler/prng.ts";
import { mutate, MUTATIONS } from "./mutate.ts";
import type { FuzzFinding } from "./finding.ts";

const A: Address = { host: "10.0.0.1", port: 50_000 };
const B: Address = { host: "10.0.0.2", port: 37_010 };
const STRANGER: Address = { host: "10.0.0.9", port: 4_444 };
const ONE_WAY_MS = 10;
const WRITTEN_BYTES = 20_000;
const MSG1_COOKIE_AT = 1_184;

interface Host {
  readonly name: "a" | "b";
  readonly address: Address;
  readonly endpoint: Endpoint;
  readonly connections: TransportConnection[];
}

export class StrangerFuzz {
  readonly #prng: Prng;
  readonly #hosts: readonly [Host, Host];
  readonly #recorded: { readonly bytes: Uint8Array; readonly to: Host }[] = [];
  readonly #msg1Prefixes = new Set<string>();
  #nowMs = 0;

  constructor(seed: number, crypto: CryptoPrimitives) {
    this.#prng = new Prng(seed, "fuzz", "stranger");
    const a = this.#makeHost("a", A, crypto, false);
    const b = this.#makeHost("b", B, crypto, true);
    this.#hosts = [a.host, b.host];
    const { deviceId, staticPublicKey } = b.identity;
    a.host.endpoint.dial({ deviceId, staticPublicKey, address: B }, {}, this.#nowMs);
    this.#talk();
  }

  /** How many datagrams it learnt from. */
  get recordedDatagrams(): number {
    return this.#recorded.length;
  }

  /** One datagram. @returns its outcome's label, or what went wrong */
  step(): string | FuzzFinding {
    const mutation = MUTATIONS[this.#prng.below(MUTATIONS.length)] ?? "replay";
    const origin = this.#pick();
    const mutant = mutate(mutation, origin.bytes, this.#pick().bytes, this.#prng);
    const target = this.#hosts[this.#prng.below(2)] ?? this.#hosts[1];
    const from = [A, B, STRANGER][this.#prng.below(3)] ?? STRANGER;
    const result = this.inject(mutant, target.name, from);
    return typeof result === "string" ? `${mutation} ${result}` : result;
  }

  /** @returns which drop reason it met, or a finding */
  inject(bytes: Uint8Array, targetName: "a" | "b", from: Address): string | FuzzFinding {
    const target = this.#hosts[targetName === "a" ? 0 : 1];
    const describe = (problem: string): FuzzFinding => ({
      kind: "stranger",
      problem,
      target: targetName,
      from,
      hex: toHex(bytes),
    });
    const before = digestOf(target);
    const dropsBefore = dropsOf(target);
    let answers: number;
    try {
      target.endpoint.receive(bytes.slice(), from, this.#nowMs);
      if (target.endpoint.takeEvents().length > 0) return describe("an event");
      answers = this.#drain(target);
    } catch (error) {
      return describe(`thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    // A first message whose authenticated part is whole is one, whoever sends it and whatever its cookie.
    const isMsg1 = bytes.length === 1_200 && this.#msg1Prefixes.has(toHex(bytes.subarray(0, MSG1_COOKIE_AT)));
    // The initiator repeats MSG3 byte for byte: one PING answers it (dsoftbus-transport.md#35-repeats-deadlines-refusals).
    const isMsg3 = this.#recorded.some(({ bytes: known }) => known[1] === 0x03 && isEqual(known, bytes));
    if (isMsg1 || isMsg3) return `legitimate repeat, ${answers} answers`;
    if (answers > 0) return describe(`${answers} answers`);
    if (digestOf(target) !== before) return describe("the state changed");
    return newDrop(dropsBefore, dropsOf(target));
  }

  #makeHost(name: "a" | "b", address: Address, crypto: CryptoPrimitives, isListening: boolean) {
    const random = new Prng(this.#prng.next32(), name);
    const identity = new DeviceIdentity(crypto, random.bytes(32));
    const connections: TransportConnection[] = [];
    const endpoint = new Endpoint({
      crypto,
      random: (length) => random.bytes(length),
      identity,
      accept: isListening ? { authorise: () => true } : undefined,
      parameters: { ...DEFAULT_TRANSPORT_PARAMETERS, idleTimeoutMs: 120_000 },
      createConnection: (setup) => {
        const connection = honestConnections(setup);
        connections.push(connection);
        return connection;
      },
    });
    return { identity, host: { name, address, endpoint, connections } satisfies Host };
  }

  /** Handshake, then data both ways, until nothing is under way: what was recorded is everything a wire shows. */
  #talk(): void {
    for (let round = 0; round < 200; round++) {
      this.#nowMs += ONE_WAY_MS;
      for (const [i, host] of this.#hosts.entries()) {
        for (const event of host.endpoint.takeEvents()) {
          if (event.type === "established") event.connection.write(this.#prng.bytes(WRITTEN_BYTES), this.#nowMs);
          if (event.type === "readable") while (event.connection.read(65_536, this.#nowMs) !== undefined);
        }
        this.#deliver(host, this.#hosts[1 - i] ?? host);
      }
    }
    for (const host of this.#hosts) this.#drain(host);
  }

  #deliver(from: Host, to: Host): void {
    for (let out = from.endpoint.poll(this.#nowMs); out !== undefined; out = from.endpoint.poll(this.#nowMs)) {
      const bytes = out.datagram.slice();
      this.#recorded.push({ bytes, to });
      if (bytes[1] === 0x01) this.#msg1Prefixes.add(toHex(bytes.subarray(0, MSG1_COOKIE_AT)));
      to.endpoint.receive(out.datagram, from.address, this.#nowMs);
    }
  }

  #drain(host: Host): number {
    let answers = 0;
    while (host.endpoint.poll(this.#nowMs) !== undefined) answers += 1;
    return answers;
  }

  #pick(): { readonly bytes: Uint8Array; readonly to: Host } {
    const picked = this.#recorded[this.#prng.below(this.#recorded.length)];
    return picked ?? { bytes: new Uint8Array(26), to: this.#hosts[1] };
  }
}

/** Everything but what counts datagrams that were dropped. */
function digestOf({ endpoint, connections }: Host): string {
  const { drops: _drops, datagramsReceived: _received, ...rest } = endpoint.stats();
  const states = connections.map((connection) => {
    const { drops: _own, counters, ...state } = connection.stats() as ConnectionStats;
    const { failedOpens: _failed, duplicates: _duplicates, ...counted } = counters;
    return { ...state, counted };
  });
  return JSON.stringify([rest, states]);
}

function dropsOf({ endpoint, connections }: Host): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const drops of [endpoint.stats().drops, ...connections.map((c) => (c.stats() as ConnectionStats).drops)]) {
    for (const [reason, count] of Object.entries(drops)) sum[reason] = (sum[reason] ?? 0) + count;
  }
  return sum;
}

function newDrop(before: Record<string, number>, after: Record<string, number>): string {
  return Object.keys(after).find((reason) => after[reason] !== before[reason]) ?? "swallowed";
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
