import { placeName, type MarkerPlace } from "../markers/ladder-spec.ts";
import type { Profile } from "./schema.ts";

/** @returns whether a profile waits for a marker there */
export function isRung({ node: nodes }: Pick<Profile, "node">, place: MarkerPlace): boolean {
  const name = placeName(place);
  return nodes.some(({ name: node, rung }) => rung.some((one) => placeName({ ...one, node }) === name));
}
