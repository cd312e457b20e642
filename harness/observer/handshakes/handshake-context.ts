/** What all handshakes of a set of captures share: what is known, whom the plan names, and where findings go. */
import type { Secrets } from "../keys/secrets.ts";
import type { EphemeralKeys } from "./ephemeral-keys.ts";
import { HANDSHAKE_RULES, type HandshakeFinding, type HandshakeRuleName, type SeenAt } from "./handshake-rules.ts";
import type { OpenedHandshake } from "./opened-handshake.ts";
import type { SessionHalves } from "./session-halves.ts";

export interface PlannedDevice {
  readonly name: string;
  /** Hex, as on the wire. */
  readonly deviceId: string;
  readonly staticKey: string;
  /** Device ids that it lets in; undefined: every device of the plan. `anyone`: nobody knows whom. */
  readonly accepts?: readonly string[] | "anyone";
}

/** What the times of a capture are worth. */
export interface Timing {
  /** By how much the taps' times may be off against those of the ends. */
  readonly clockSlackUs: number;
  /** By how much an honest end may be late for its own deadlines: its machine got no processor, or a tap stood still. */
  readonly lagUs: number;
}

export interface HandshakeContext {
  readonly timing: Timing;
  readonly secrets: Secrets;
  /** Undefined: nobody said who is who. */
  readonly devices: readonly PlannedDevice[] | undefined;
  readonly ephemeralKeys: EphemeralKeys;
  readonly sessionHalves: SessionHalves;
  readonly report: (finding: HandshakeFinding) => void;
  /** What could not be judged, and from which packet on. */
  readonly unjudged: (what: string, at: SeenAt) => void;
  readonly opened: (handshake: OpenedHandshake) => void;
}

/** @param at its sender is the accused @returns a finding with its place in the specification */
export function findingOf(
  rule: HandshakeRuleName,
  end: HandshakeFinding["end"],
  text: string,
  { file, number, from }: SeenAt & { readonly from?: string },
  requirement: string = HANDSHAKE_RULES[rule].requirement,
): HandshakeFinding {
  const socket = from === undefined ? {} : { socket: from };
  return { rule, end, ...socket, text, file, number, requirement, where: HANDSHAKE_RULES[rule].where };
}
