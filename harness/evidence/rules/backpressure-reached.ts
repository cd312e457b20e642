/**
 * The backpressure probe's writer did run into its window: before the reader was told to go on, the sink had got all the credit
 * that it was first given, and after that it got more. All of it stands in one ordered stream, so that no clock is needed: what
 * comes before the OPEN of the gate was sent before the reader was released.
 */
import { talksIn } from "../scene/opened-sessions.ts";
import { confirmed, contradicted, count, wasPrinted, type Rule } from "./rule.ts";

const SINK = "sink/";
const GATE = "gate/";
/** Each claims it once. */
const CLAIMS = ["backpressure-ok", "fallback-ok"];

export const backpressureReached: Rule = {
  id: "backpressure-reached",
  text: "The writer filled the credit of a reader that had stopped, and went on after it was released.",
  claims: (scene) =>
    (scene.input.keyLog === true || scene.input.keys.length > 0) && CLAIMS.some((marker) => wasPrinted(scene, marker)),
  judge(scene) {
    const sinks = talksIn(scene).filter(({ name }) => name.startsWith(SINK));
    const claims = scene.input.markers.filter(({ id }) => CLAIMS.includes(id)).length;
    let reached = 0;
    let last = "no stream of a sink was opened";
    for (const { session, name, acceptorCredit, toAcceptor } of sinks) {
      const before = toAcceptor.sentBeforeOpen.get(`${GATE}${name.slice(SINK.length)}`);
      const after = toAcceptor.content.length - (before ?? 0);
      last = `session ${session}: ${before ?? 0} bytes into ${name} on a credit of ${acceptorCredit ?? 0}, ${after} after the release`;
      if (before !== undefined && acceptorCredit !== undefined && before >= acceptorCredit && after > 0) reached += 1;
    }
    const saw = `${reached} of ${count(sinks.length, "sink")} filled to the credit and went on; claimed ${claims}; last: ${last}`;
    return reached < claims ? contradicted(saw) : confirmed(saw);
  },
};
