/**
 * Which socket inside is which one outside, and who may send to it (RFC 4787 4 and 5, RFC 5382, RFC 5508). Bounded, without a clock: what got
 * too old is found out when it is asked for.
 */
import { createHash } from "node:crypto";
import type { GatewayPlan } from "./gateway-plan.ts";
import type { GatewayRecord } from "./gateway-record.ts";
import { flowEndText, type FlowEnd, type Transport } from "./ipv4-view.ts";

export const MAX_MAPPINGS = 1_024;
/** That one mapping remembers to let in; of more the oldest is forgotten. */
export const MAX_REMOTES = 256;
/** RFC 5382 REQ-5 and RFC 5508 REQ-2. */
const TCP_TIMEOUT_MS = 7_440_000;
const ECHO_TIMEOUT_MS = 60_000;
/** RFC 6335 6: ports that nobody registers. */
const FIRST_PORT = 49_152;
const LAST_PORT = 65_535;
const PORTS = LAST_PORT - FIRST_PORT + 1;
/** That are not given again, though their mappings are over: more than there can be mappings, and fewer than there are ports. */
const MOST_GIVEN_PORTS = PORTS - MAX_MAPPINGS;

export interface Mapping {
  readonly name: string;
  readonly transport: Transport;
  readonly inside: FlowEnd;
  readonly outside: FlowEnd;
  readonly remote: FlowEnd | undefined;
  /** To whom it sent. */
  readonly remotes: Set<string>;
  /** Packets that it carried outward, and inward. */
  sent: number;
  received: number;
  usedAtMs: number;
}

/** Who inside talks to whom. */
export interface Conversation {
  readonly transport: Transport;
  readonly inside: FlowEnd;
  readonly remote: FlowEnd;
}

/** What an earlier run's log says in place of clock and dice. */
export interface GatewayReplay {
  readonly records: readonly GatewayRecord[];
  /** Of mappings that the log doesn't know: `conditions` lets them expire by the clock, `pass` never. */
  readonly unlogged: "conditions" | "pass";
}

export interface MappingTableOptions {
  readonly plan: GatewayPlan;
  readonly seed: number;
  readonly replay?: GatewayReplay | undefined;
  readonly onRecord: (record: GatewayRecord) => void;
}

export class MappingTable {
  readonly #options: MappingTableOptions;
  readonly #byInside = new Map<string, Mapping>();
  readonly #byOutside = new Map<string, Mapping>();
  readonly #made = new Map<string, number>();
  readonly #given: Readonly<Record<Transport, Set<number>>> = { udp: new Set(), tcp: new Set(), icmp: new Set() };
  readonly #logged: ReadonlyMap<string, readonly GatewayRecord[]>;

  constructor(options: MappingTableOptions) {
    this.#options = options;
    const logged = new Map<string, GatewayRecord[]>();
    for (const record of options.replay?.records ?? [])
      logged.set(record.mapping, [...(logged.get(record.mapping) ?? []), record]);
    this.#logged = logged;
  }

  get size(): number {
    return this.#byInside.size;
  }

  /** @returns what a packet from inside uses, made where there is none and one may begin here; undefined: it may not */
  leave({ transport, inside, remote }: Conversation, mayBegin: boolean, nowMs: number): Mapping | "full" | undefined {
    const known = this.find({ transport, inside, remote }, nowMs);
    const mapping = known ?? (mayBegin ? this.#make({ transport, inside, remote }, nowMs) : undefined);
    if (mapping === undefined || mapping === "full") return mapping;
    mapping.sent += 1;
    // RFC 4787 REQ-6: what leaves keeps it. What comes doesn't: else a stranger could.
    mapping.usedAtMs = nowMs;
    remember(mapping.remotes, flowEndText(remote), MAX_REMOTES);
    return mapping;
  }

  /** @returns the mapping of a conversation as it is inside, which nothing is sent through */
  find({ transport, inside, remote }: Conversation, nowMs: number): Mapping | undefined {
    const mapping = this.#byInside.get(this.#insideKey(transport, inside, remote));
    return this.#live(mapping, nowMs);
  }

  /** @returns the mapping that stands at a socket outside; whether who sends may use it is another question (`lets`) */
  arrive(transport: Transport, outside: FlowEnd, nowMs: number): Mapping | undefined {
    const mapping = this.#byOutside.get(socketKey(transport, outside));
    return this.#live(mapping, nowMs, mapping?.received);
  }

  /** RFC 4787 5. */
  lets(mapping: Mapping, remote: FlowEnd): boolean {
    return this.#options.plan.filtering !== "endpoint-dependent" || mapping.remotes.has(flowEndText(remote));
  }

  /** @returns how many were forgotten */
  forget(nowMs: number): number {
    const all = [...this.#byInside.values()];
    for (const mapping of all) this.#end(mapping, "forgotten", nowMs);
    return all.length;
  }

  #insideKey(transport: Transport, inside: FlowEnd, remote: FlowEnd): string {
    const forWhom = this.#options.plan.mapping === "endpoint-dependent" ? ` ${flowEndText(remote)}` : "";
    return `${transport} ${flowEndText(inside)}${forWhom}`;
  }

  #make({ transport, inside, remote }: Conversation, nowMs: number): Mapping | "full" {
    if (this.#byInside.size >= MAX_MAPPINGS) this.#sweep(nowMs);
    if (this.#byInside.size >= MAX_MAPPINGS) return "full";
    const { plan } = this.#options;
    const host = `${transport} ${inside.address}`;
    const number = (this.#made.get(host) ?? 0) + 1;
    this.#made.set(host, number);
    const name = `${host} #${number}`;
    const translated = { address: plan.legs.outside.address, port: this.#portOf(name, transport) };
    const mapping: Mapping = {
      ...{ name, transport, inside, outside: plan.mapping === "none" ? inside : translated },
      ...{ remotes: new Set<string>(), sent: 0, received: 0, usedAtMs: nowMs },
      remote: plan.mapping === "endpoint-dependent" ? remote : undefined,
    };
    this.#byInside.set(this.#insideKey(transport, inside, remote), mapping);
    this.#byOutside.set(socketKey(transport, mapping.outside), mapping);
    this.#record(mapping, "mapped", nowMs);
    return mapping;
  }

  /** By the seed and the mapping's name, or as the log says; the next one that nobody had yet. */
  #portOf(name: string, transport: Transport): number {
    const { seed, plan } = this.#options;
    const logged = this.#logged.get(name)?.find(({ event }) => event === "mapped")?.outside;
    const drawn = createHash("sha256").update(`${seed} ${plan.name} ${name}`).digest().readUInt32BE(0);
    let port = logged === undefined ? FIRST_PORT + (drawn % PORTS) : Number(logged.slice(logged.lastIndexOf(":") + 1));
    const given = this.#given[transport];
    // One that is kept for long was given longer ago than is remembered.
    const isTaken = (): boolean =>
      given.has(port) || this.#byOutside.has(socketKey(transport, { address: plan.legs.outside.address, port }));
    for (let tries = 0; isTaken() && tries < PORTS; tries += 1) port = port === LAST_PORT ? FIRST_PORT : port + 1;
    remember(given, port, MOST_GIVEN_PORTS);
    return port;
  }

  /** @param received packets; what leaves doesn't ask how many came */
  #live(mapping: Mapping | undefined, nowMs: number, received = Infinity): Mapping | undefined {
    if (mapping === undefined || !this.#isOver(mapping, received, nowMs)) return mapping;
    this.#end(mapping, "expired", nowMs);
    return undefined;
  }

  #isOver(mapping: Mapping, received: number, nowMs: number): boolean {
    const logged = this.#logged.get(mapping.name);
    if (logged !== undefined)
      return logged.some(
        ({ event, ...end }) => event === "expired" && end.sent <= mapping.sent && end.received <= received,
      );
    if (this.#options.replay?.unlogged === "pass") return false;
    return nowMs - mapping.usedAtMs > this.#timeoutMs(mapping.transport);
  }

  #timeoutMs(transport: Transport): number {
    if (transport === "udp") return this.#options.plan.udpTimeoutMs;
    return transport === "tcp" ? TCP_TIMEOUT_MS : ECHO_TIMEOUT_MS;
  }

  #sweep(nowMs: number): void {
    for (const mapping of [...this.#byInside.values()]) this.#live(mapping, nowMs);
  }

  #end(mapping: Mapping, event: "expired" | "forgotten", nowMs: number): void {
    const { transport, inside, remote } = mapping;
    this.#byInside.delete(this.#insideKey(transport, inside, remote ?? inside));
    this.#byOutside.delete(socketKey(transport, mapping.outside));
    this.#record(mapping, event, nowMs);
  }

  #record(
    { name, inside, outside, remote, sent, received }: Mapping,
    event: GatewayRecord["event"],
    atMs: number,
  ): void {
    this.#options.onRecord({
      ...{ gateway: this.#options.plan.name, mapping: name, event },
      ...{ inside: flowEndText(inside), outside: flowEndText(outside) },
      ...(remote === undefined ? {} : { remote: flowEndText(remote) }),
      ...{ sent, received, atMs },
    });
  }
}

function socketKey(transport: Transport, outside: FlowEnd): string {
  return `${transport} ${flowEndText(outside)}`;
}

/** The oldest gives way. */
function remember<T>(set: Set<T>, value: T, most: number): void {
  set.delete(value);
  if (set.size >= most) {
    const [oldest] = set;
    if (oldest !== undefined) set.delete(oldest);
  }
  set.add(value);
}
