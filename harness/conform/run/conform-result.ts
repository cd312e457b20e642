import type { KeptPacket } from "../stage/packet-trace.ts";
import type { ConformCase } from "../stage/conform-case.ts";

export interface ConformResult {
  readonly conformCase: ConformCase;
  readonly verdict: "pass" | "fail" | "inconclusive";
  /** Of a failure what came, of what is inconclusive why; empty if it passed. */
  readonly detail: string;
  readonly durationMs: number;
  /** So long the suite itself got no turn of its processor meanwhile. */
  readonly starvedMs: number;
  /** It was played before, and failed while one side got no turn: what came of it then. */
  readonly replayed?: Replayed;
  /** Kept of what did not pass. */
  readonly packets: readonly KeptPacket[];
  readonly packetsLeftOff: number;
  /** Lines that open those packets, with the static key of the device. */
  readonly keyLog: readonly string[];
}

export interface Replayed {
  /** Who was late, and by how much. */
  readonly why: string;
  /** As of the result. */
  readonly detail: string;
}

export interface Counts {
  readonly pass: number;
  readonly fail: number;
  readonly inconclusive: number;
  /** Of these, so many were played twice. */
  readonly replayed: number;
}

export function countsOf(results: readonly ConformResult[]): Counts {
  const count = (verdict: ConformResult["verdict"]): number => results.filter((one) => one.verdict === verdict).length;
  const replayed = results.filter((one) => one.replayed !== undefined).length;
  return { pass: count("pass"), fail: count("fail"), inconclusive: count("inconclusive"), replayed };
}
