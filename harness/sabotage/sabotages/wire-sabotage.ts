/** What the allow-list of frames catches, and no rule beside it. */
import type { HonestRun, RecordedSabotage } from "./sabotage.ts";
import { onRun } from "./honest-runs.ts";

export type WireSabotage = Pick<RecordedSabotage, "name" | "breaks" | "tamper">;

/** Text that must not be on any wire. */
export const SAID = Buffer.from("all that the peer said, in clear, for whoever listens");
/** A port that no process was told to use. */
export const PORT_OF_NO_ONE = 40_404;

export function wireSabotage(honest: HonestRun, sabotage: WireSabotage): RecordedSabotage {
  return { ...onRun(honest), ...sabotage, code: "contradicted", rules: ["nothing-else-on-the-wire"] };
}
