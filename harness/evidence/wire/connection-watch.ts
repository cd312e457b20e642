/** TCP: connections to a socket that listens, each from its SYN on. What they hold is asked of the streams, not of the segments. */
import type { Socket, Wire } from "../scene/wire-plan.ts";
import { allowed, type Allowance } from "./allowance.ts";
import { isListener } from "./udp-watch.ts";
import type { Ipv4Packet } from "./ipv4-packet.ts";
import { TcpDialogue } from "./tcp-dialogue.ts";
import { readKernelSegment, type KernelSegment } from "./kernel-segment.ts";

const PRIVILEGED_PORTS = 1024;
/** Of one wire. Who finds nobody that listens dials again after a while. */
const DIALS: Allowance = { atOnce: 16, perSecond: 4 };

export class ConnectionWatch {
  readonly #wire: Wire;
  readonly #dialogues = new Map<string, TcpDialogue>();
  #dials = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** @param isJudged false: it was judged at the NIC that sent it @returns what is wrong with the segment */
  take(packet: Ipv4Packet, isJudged: boolean, elapsedUs: number): string | undefined {
    const { value: segment, problem } = readKernelSegment(packet);
    if (segment === undefined) return problem;
    const from = { ip: packet.source, port: segment.sourcePort };
    const to = { ip: packet.destination, port: segment.destinationPort };
    const isFromClient = isListener(this.#wire, to);
    if (isFromClient === isListener(this.#wire, from)) return `TCP beside the session port: ${from.port} to ${to.port}`;
    const [client, server] = isFromClient ? [from, to] : [to, from];
    if (client.port < PRIVILEGED_PORTS) return `TCP of a service's port: ${from.port} to ${to.port}`;
    const dialogue = this.#dialogueOf(client, server, segment, isFromClient);
    if (dialogue === undefined) return `TCP of a connection that nobody opened: ${segment.payload.length} bytes`;
    const most = allowed(DIALS, elapsedUs);
    const isFlood = this.#dials > most && segment.isSyn;
    return isFlood ? `${this.#dials} TCP dials, at most ${most}` : dialogue.take(segment, isFromClient, isJudged);
  }

  #dialogueOf(client: Socket, server: Socket, segment: KernelSegment, isFromClient: boolean): TcpDialogue | undefined {
    const key = `${client.ip}:${client.port} ${server.ip}:${server.port}`;
    const known = this.#dialogues.get(key);
    if (!isFromClient || !segment.isSyn || segment.isAck || known?.isBegunBy(segment) === true) return known;
    const begun = new TcpDialogue(segment);
    this.#dialogues.set(key, begun);
    this.#dials += 1;
    return begun;
  }
}
