import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import type { RungState } from "../../markers/ladder-spec.ts";

/** @returns whether a finding is about that rung: about its marker and machine, or about the whole run */
export function isAboutRung(
  { marker, node }: Pick<EvidenceFinding, "marker" | "node">,
  rung: Pick<RungState, "marker" | "node">,
): boolean {
  return (marker ?? rung.marker) === rung.marker && (node ?? rung.node) === rung.node;
}
