import { guestKind } from "../../guests/registry.ts";
import type { Profile } from "../../profiles/schema.ts";

/** Whose word both ends of the sessions of a run were. */
export type Parties =
  /** A guest's processes talked to each other: the wire is valid, but authentication, refusal, reading and comparing stay its word. */
  | "not independent"
  /** Each a machine of its own, with the same guest in it. */
  | "two guests"
  /** The harness's own peer. */
  | "guest and harness"
  /** Nobody has a network. */
  | "none";

export function partiesOf({ network, node }: Pick<Profile, "network" | "node">): Parties {
  if (network.kind === "none") return "none";
  const machines = node.filter(({ guest }) => guestKind(guest).hasNics).length;
  if (machines < node.length) return "guest and harness";
  return machines > 1 ? "two guests" : "not independent";
}

/** @returns what a run that passed has shown, in a few words; undefined: nothing of a wire */
export function describeParties(parties: Parties): string | undefined {
  switch (parties) {
    case "none":
      return undefined;
    case "not independent":
      return "wire valid; parties not independent";
    case "two guests":
      return "wire valid; each party a guest of its own";
    case "guest and harness":
      return "wire valid; one party is the harness's";
  }
}
