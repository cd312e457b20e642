/** The mappings that a gateway says it has, each held against its plan: whose they are, whom they let in, when they end. */
import type { PlannedGateway } from "../scene/wire-plan.ts";
import type { TimedMapping } from "../scene/inside-sockets.ts";
import type { ArrivedPacket } from "./carried-packet.ts";

/** The gateway looks at its clock a little later than the capture does. */
const SLACK_US = 20_000;

export interface LiveMapping {
  readonly inside: string;
  readonly outside: string;
  readonly remote: string | undefined;
  readonly remotes: Set<string>;
  usedUs: number;
}

export class PlannedMappings {
  readonly #plan: PlannedGateway;
  readonly #byInside = new Map<string, LiveMapping>();
  readonly #byOutside = new Map<string, LiveMapping>();
  /** By transport and socket inside, every socket outside that it ever had. */
  readonly #names = new Map<string, Set<string>>();
  readonly counts = { mapped: 0, expired: 0, forgotten: 0 };

  constructor(plan: PlannedGateway) {
    this.#plan = plan;
  }

  /** The most sockets outside that one inside had, one after the other or for different peers. */
  get mostNames(): number {
    return Math.max(0, ...[...this.#names.values()].map(({ size }) => size));
  }

  /** @returns the mapping that ended, and what is wrong with what the gateway did */
  take(note: TimedMapping): { readonly ended?: LiveMapping; readonly problem?: string } {
    this.counts[note.kind] += 1;
    const what = `${note.transport} ${note.inside} as ${note.outside}`;
    if (note.kind === "mapped") {
      const problem = this.#begin(note, what);
      return problem === undefined ? {} : { problem };
    }
    const mapping = this.#byOutside.get(`${note.transport} ${note.outside}`);
    if (mapping === undefined) return { problem: `${what}: ${note.kind}, and it was never mapped` };
    this.#byInside.delete(insideKey(note.transport, mapping.inside, mapping.remote));
    this.#byOutside.delete(`${note.transport} ${note.outside}`);
    return { ended: mapping };
  }

  /** @returns what is wrong with a mapping's end by the clock */
  expiryProblem({ transport, inside, outside, timeUs }: TimedMapping): string | undefined {
    const mapping = this.#byOutside.get(`${transport} ${outside}`);
    if (mapping === undefined || transport !== "udp" || this.isOver(mapping, timeUs)) return undefined;
    return `udp ${inside} as ${outside}: expired ${seconds(timeUs - mapping.usedUs)} after its last packet`;
  }

  /** @returns whether nothing has left by a mapping of UDP for as long as the plan says, or nearly */
  isOver({ usedUs }: LiveMapping, atUs: number): boolean {
    // A replay's end when its log says so.
    return this.#plan.isReplayed === true || atUs - usedUs >= this.#plan.udpTimeoutMs * 1_000 - SLACK_US;
  }

  /** @returns by which mapping a packet from inside leaves; undefined: there is none */
  outward({
    transport = "",
    source,
    sourcePort,
    destination,
    destinationPort,
  }: ArrivedPacket): LiveMapping | undefined {
    const inside = `${source}:${sourcePort}`;
    const remote = `${destination}:${transport === "icmp" ? 0 : destinationPort}`;
    const dependent = this.#plan.mapping === "endpoint-dependent" ? remote : undefined;
    return this.#byInside.get(insideKey(transport, inside, dependent));
  }

  /** @returns by which mapping a packet from outside comes in, if it lets that sender */
  inward({ transport = "", source, sourcePort, destination, destinationPort }: ArrivedPacket): LiveMapping | undefined {
    const mapping = this.#byOutside.get(`${transport} ${destination}:${destinationPort}`);
    const remote = `${source}:${transport === "icmp" ? 0 : sourcePort}`;
    const isStrict = this.#plan.filtering === "endpoint-dependent";
    return isStrict && mapping?.remotes.has(remote) !== true ? undefined : mapping;
  }

  /** @param side that tells of it @returns by which mapping what an error quotes had come there */
  quoted(packet: ArrivedPacket, side: "inside" | "outside"): LiveMapping | undefined {
    const { transport = "", source, sourcePort, destination, destinationPort } = packet;
    if (side === "outside") return this.#byOutside.get(`${transport} ${source}:${sourcePort}`);
    return this.outward({
      ...packet,
      ...{ source: destination, sourcePort: destinationPort, destination: source, destinationPort: sourcePort },
    });
  }

  /** Something left by it. @returns what is wrong with that */
  used(
    mapping: LiveMapping,
    { transport = "", destination, destinationPort }: ArrivedPacket,
    atUs: number,
  ): string | undefined {
    const idleUs = atUs - mapping.usedUs;
    mapping.usedUs = atUs;
    mapping.remotes.add(`${destination}:${transport === "icmp" ? 0 : destinationPort}`);
    const isOver = transport === "udp" && idleUs > this.#plan.udpTimeoutMs * 1_000 + SLACK_US;
    if (!isOver || this.#plan.isReplayed === true) return undefined;
    return `${mapping.inside} as ${mapping.outside} is used ${seconds(idleUs)} after its last packet`;
  }

  #begin({ transport, inside, outside, remote, timeUs }: TimedMapping, what: string): string | undefined {
    const { mapping: plan, outside: leg } = this.#plan;
    const address = outside.slice(0, outside.lastIndexOf(":"));
    const mapping = { inside, outside, remote, remotes: new Set<string>(), usedUs: timeUs };
    const key = insideKey(transport, inside, remote);
    const names = this.#names.get(`${transport} ${inside}`) ?? new Set();
    const isTaken = this.#byOutside.has(`${transport} ${outside}`) || (plan !== "none" && names.has(outside));
    const isTwice = this.#byInside.has(key);
    this.#names.set(`${transport} ${inside}`, names.add(outside));
    this.#byInside.set(key, mapping);
    this.#byOutside.set(`${transport} ${outside}`, mapping);
    if (isTaken) return `${what}: that socket was given before`;
    if (isTwice) return `${what}: it has a mapping already`;
    if (plan === "none" ? inside !== outside : address !== leg.ip) return `${what}: not what a gateway like this makes`;
    return (remote !== undefined) === (plan === "endpoint-dependent")
      ? undefined
      : `${what}: for ${remote ?? "anybody"}`;
  }
}

function seconds(us: number): string {
  return `${(us / 1e6).toFixed(1)} s`;
}

function insideKey(transport: string, inside: string, remote: string | undefined): string {
  return `${transport} ${inside} ${remote ?? ""}`;
}
