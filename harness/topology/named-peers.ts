import { aliasOf, residentsOf } from "./residents.ts";
import type { Topology } from "./topology.ts";

const ALIAS = /\bpeer-[0-9a-f]{12}\b/g;

/** @param nonce of the run @returns how a word of a guest's reads for people: who is who, where it has but aliases */
export function peerNamer(topology: Topology, nonce: string): (text: string) => string {
  const names = new Map(residentsOf(topology).map((resident) => [aliasOf(resident, nonce), resident.name]));
  return (text) => text.replace(ALIAS, (alias) => names.get(alias) ?? alias);
}
