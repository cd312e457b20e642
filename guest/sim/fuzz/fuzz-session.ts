/** Every kind of session that a seed makes. */
import { fuzzMuxSession } from "./mux-fuzz.ts";
import { fuzzPeerSession } from "./peer-fuzz.ts";
import { fuzzTcpPeer, fuzzTcpStranger } from "./tcp-fuzz.ts";
import type { CryptoPrimitives } from "../../core/index.ts";
import type { FuzzFinding, SeededKind, SessionResult } from "./finding.ts";

const SESSIONS: Readonly<Record<SeededKind, (seed: number, crypto: CryptoPrimitives) => SessionResult | FuzzFinding>> =
  {
    peer: fuzzPeerSession,
    mux: fuzzMuxSession,
    "tcp-peer": fuzzTcpPeer,
    "tcp-stranger": fuzzTcpStranger,
  };

export const SEEDED_KINDS = Object.keys(SESSIONS) as readonly SeededKind[];

export function fuzzSession(kind: SeededKind, seed: number, crypto: CryptoPrimitives): SessionResult | FuzzFinding {
  return SESSIONS[kind](seed, crypto);
}
