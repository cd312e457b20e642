/** One name for each end, where a gateway on the path gives it another on its far side. */
import { readGatewayNote } from "../../capture/gateway-notes.ts";
import { readUdpHeader } from "../wire/udp-header.ts";

/** Names outside, and conversations, that are kept; of more the oldest is forgotten. */
const MAX_KEPT = 65_536;

interface SocketPair {
  readonly from: string;
  readonly to: string;
}

export class TranslatedSockets {
  /** Interfaces of a gateway: what they show was sent by somebody else. */
  readonly #legs = new Set<string>();
  /** By transport and socket outside. */
  readonly #inside = new Map<string, string>();
  /** The socket outside by which a session of a socket inside began. */
  readonly #begun = new Map<string, string>();

  /** @param message what the capture has beside its frames */
  note(message: string): void {
    const note = readGatewayNote(message);
    if (note?.kind === "joins") for (const leg of note.legs) this.#legs.add(leg);
    else if (note?.kind === "mapped") keep(this.#inside, `${note.transport} ${note.outside}`, note.inside);
  }

  isLeg(interfaceName: string): boolean {
    return this.#legs.has(interfaceName);
  }

  tcp({ from, to }: SocketPair): SocketPair {
    return { from: this.#insideOf("tcp", from) ?? from, to: this.#insideOf("tcp", to) ?? to };
  }

  /**
   * A session is from the address that it began from: behind another one its initiator is a stranger, and stays one here [H-17]. Which
   * session it is, the initiator's half of its id says, in every datagram.
   */
  udp({ from, to }: SocketPair, datagram: Uint8Array): SocketPair {
    if (this.#inside.size === 0) return { from, to };
    const half = readUdpHeader(datagram).value?.low;
    return { from: this.#ofSession(from, half), to: this.#ofSession(to, half) };
  }

  #ofSession(socket: string, half: number | undefined): string {
    const inside = this.#insideOf("udp", socket);
    if (inside === undefined) return socket;
    if (half === undefined) return inside;
    const key = `${inside} ${half}`;
    const begun = this.#begun.get(key);
    if (begun === undefined) keep(this.#begun, key, socket);
    return begun === undefined || begun === socket ? inside : socket;
  }

  #insideOf(transport: string, socket: string): string | undefined {
    return this.#inside.get(`${transport} ${socket}`);
  }
}

function keep(map: Map<string, string>, key: string, value: string): void {
  if (map.size >= MAX_KEPT && !map.has(key)) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
  map.set(key, value);
}
