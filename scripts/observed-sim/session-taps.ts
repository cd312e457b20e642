/**
 * Taps at both ends of every session of a virtual world: what leaves and what arrives is opened with the keys that the world's
 * connections were made with, and handed to followers that know nothing of the stack.
 */
import { createDecipheriv } from "node:crypto";
import type { Address, ConnectionFactory, ConnectionSetup } from "../../guest/core/index.ts";
import type { NetworkObserver, Transmission } from "../../guest/sim/network/network.ts";
import { SEALED_TYPES } from "../../guest/sim/network/observed-packet.ts";
import {
  otherEnd,
  type End,
  type LayerAbove,
  type SessionFollower,
} from "../../harness/observer/follow/session-packet.ts";
import type { ObserverFinding, SessionReport } from "../../harness/observer/follow/session-packet.ts";
import { followUdpSession } from "../../harness/observer/sessions/follow-udp-session.ts";

/** Virtual time is never late; what is on its way arrives when it does. */
const LAG_US = 0;
const HEADER_BYTES = 26;
const TAG_BYTES = 16;
const FILE = "virtual";

/** Which taps a follower is given: both, or those of one endpoint's capture. */
const VIEWS = ["both", "initiator", "responder"] as const;
export type TapView = (typeof VIEWS)[number];

export interface ObservedSession {
  readonly id: string;
  /** By end: the node, where it is known. */
  readonly nodes: Partial<Record<End, string>>;
  readonly reports: Readonly<Record<TapView, SessionReport>>;
}

/** A finding, and from which taps it was seen. */
export interface Alarm extends ObserverFinding {
  readonly view: TapView;
  readonly session: string;
  readonly node: string;
}

interface TappedSession {
  readonly id: string;
  readonly keys: Readonly<Record<End, Uint8Array>>;
  readonly nodes: Partial<Record<End, string>>;
  readonly hosts: Partial<Record<End, string>>;
  readonly followers: Readonly<Record<TapView, SessionFollower>>;
}

export class SessionTaps implements NetworkObserver {
  readonly #above: LayerAbove;
  readonly #sessions = new Map<string, TappedSession>();
  /** Of datagrams as they were sent: what arrives unchanged is not opened again. */
  readonly #plaintexts = new WeakMap<Uint8Array, Uint8Array>();
  #number = 0;

  constructor(above: LayerAbove) {
    this.#above = above;
  }

  /** @returns the same factory, whose connections are followed */
  watching(factory: ConnectionFactory, node: string, host: string): ConnectionFactory {
    return (setup) => {
      this.#learn(setup, node, host);
      return factory(setup);
    };
  }

  onSent({ from, bytes, packet, atMs }: Transmission): void {
    this.#see(bytes, packet, from, atMs, "sent");
  }

  onArriving({ to, bytes, packet, atMs }: Transmission): void {
    this.#see(bytes, packet, to, atMs, "delivered");
  }

  end(): ObservedSession[] {
    return [...this.#sessions.values()].map(({ id, nodes, followers }) => ({
      id,
      nodes,
      reports: {
        both: followers.both.end(),
        initiator: followers.initiator.end(),
        responder: followers.responder.end(),
      },
    }));
  }

  #learn(setup: ConnectionSetup, node: string, host: string): void {
    const id = Buffer.from(setup.sessionId).toString("hex");
    const known = this.#sessions.get(id) ?? this.#follow(id, setup);
    known.nodes[setup.role] = node;
    known.hosts[setup.role] = host;
    this.#sessions.set(id, known);
  }

  #follow(id: string, setup: ConnectionSetup): TappedSession {
    const byEnd = <T>(own: T, others: T): Record<End, T> =>
      setup.role === "initiator" ? { initiator: own, responder: others } : { initiator: others, responder: own };
    const follow = (view: TapView): SessionFollower =>
      followUdpSession({
        above: this.#above,
        tapped: { initiator: view !== "responder", responder: view !== "initiator" },
        parameters: byEnd(setup.localParameters, setup.peerParameters),
        congestion: "new-reno",
        clockSlackUs: 0,
        lagUs: LAG_US,
      });
    return {
      id,
      // The connection wipes its own.
      keys: byEnd(setup.sendKey.slice(), setup.receiveKey.slice()),
      nodes: {},
      hosts: {},
      followers: { both: follow("both"), initiator: follow("initiator"), responder: follow("responder") },
    };
  }

  #see(
    datagram: Uint8Array,
    packet: Transmission["packet"],
    at: Address,
    atMs: number,
    place: "sent" | "delivered",
  ): void {
    if (packet === undefined || !SEALED_TYPES.has(packet.type)) return;
    const session = this.#sessions.get(packet.session);
    if (session === undefined) return;
    const end = (["initiator", "responder"] as const).find((one) => session.hosts[one] === at.host);
    if (end === undefined) return;
    const sender = place === "sent" ? end : otherEnd(end);
    const number = ++this.#number;
    const seen = { file: FILE, number, atUs: Math.round(atMs * 1_000), sender, place, pn: packet.pn, datagram };
    const plaintext = this.#plaintexts.get(datagram) ?? openDatagram(session.keys[sender], datagram);
    if (plaintext !== undefined) this.#plaintexts.set(datagram, plaintext);
    for (const view of VIEWS) {
      if (view !== "both" && view !== end) continue;
      if (plaintext === undefined) session.followers[view].unopened(seen);
      else session.followers[view].take({ ...seen, plaintext });
    }
  }
}

/** @returns what an observer said of the ends of these sessions */
export function alarmsOf(sessions: readonly ObservedSession[]): Alarm[] {
  return sessions.flatMap(({ id, nodes, reports }) =>
    VIEWS.flatMap((view) =>
      reports[view].findings.map((finding) => ({ ...finding, view, session: id, node: nodes[finding.end] ?? "?" })),
    ),
  );
}

function openDatagram(key: Uint8Array, datagram: Uint8Array): Uint8Array | undefined {
  if (datagram.length < HEADER_BYTES + TAG_BYTES) return undefined;
  const nonce = Buffer.alloc(12);
  nonce.set(datagram.subarray(12, 16), 4);
  const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: TAG_BYTES });
  const sealed = datagram.subarray(HEADER_BYTES, -TAG_BYTES);
  decipher.setAAD(datagram.subarray(0, HEADER_BYTES), { plaintextLength: sealed.length });
  decipher.setAuthTag(datagram.subarray(-TAG_BYTES));
  try {
    const plaintext = decipher.update(sealed);
    decipher.final();
    return plaintext;
  } catch {
    return undefined;
  }
}
