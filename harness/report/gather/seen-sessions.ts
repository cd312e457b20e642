/** The sessions of a capture: whose packets are the initiator's, and what opens them. */
import { openPacket, type OpenedPacket } from "../../evidence/scene/decode/opener.ts";
import { initiatorHalf, isSealedType } from "../../evidence/scene/decode/udp-sec-header.ts";
import type { SessionData } from "../model/run-data.ts";
import type { FrameFacts } from "./frame-facts.ts";
import type { OpeningKeys } from "./session-keys.ts";

interface Session {
  readonly index: number;
  readonly id: string;
  initiator: string;
  responder: string;
  readonly keys: OpeningKeys | undefined;
}

export interface SessionPlace {
  /** From 0. */
  readonly index: number;
  readonly isFromInitiator: boolean;
}

/** What follows is counted under no session. */
const MAX_SESSIONS = 10_000;

export class SeenSessions {
  readonly #byId = new Map<string, Session>();
  readonly #byHalf = new Map<string, Session>();
  readonly #keys: ReadonlyMap<string, OpeningKeys>;

  constructor(keys: ReadonlyMap<string, OpeningKeys>) {
    this.#keys = keys;
  }

  /** @returns undefined for what belongs to no session */
  placeOf({ kind, header, from, to }: FrameFacts): SessionPlace | undefined {
    if (header === undefined) return undefined;
    if (kind === "MSG1" || kind === "RETRY") {
      const session = this.#byHalf.get(initiatorHalf(header.sessionId));
      return session && { index: session.index, isFromInitiator: kind === "MSG1" };
    }
    const isFromInitiator = kind === "MSG3";
    const session = this.#byId.get(header.sessionId) ?? this.#add(header.sessionId);
    if (session === undefined) return undefined;
    if (kind === "MSG2") [session.initiator, session.responder] = [to, from];
    if (kind === "MSG3") [session.initiator, session.responder] = [from, to];
    if (session.initiator === "") [session.initiator, session.responder] = [from, to];
    return { index: session.index, isFromInitiator: isFromInitiator || from !== session.responder };
  }

  /** @returns undefined without keys, or if it doesn't open */
  open({ header }: FrameFacts, place: SessionPlace): OpenedPacket | undefined {
    const session = header && this.#byId.get(header.sessionId);
    if (session?.keys === undefined || header === undefined || !isSealedType(header.type)) return undefined;
    return openPacket(header, place.isFromInitiator ? session.keys.initiatorKey : session.keys.responderKey);
  }

  list(): SessionData[] {
    return [...this.#byId.values()].map(({ id, initiator, responder, keys }) => {
      return { id, initiator, responder, isOpened: keys !== undefined };
    });
  }

  #add(id: string): Session | undefined {
    if (this.#byId.size >= MAX_SESSIONS) return undefined;
    const session = { index: this.#byId.size, id, initiator: "", responder: "", keys: this.#keys.get(id) };
    this.#byId.set(id, session);
    this.#byHalf.set(initiatorHalf(id), session);
    return session;
  }
}
