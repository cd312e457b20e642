/** The link was dead for as long as the profile says while a session had data under way, and the same session went on. */
import { DATA } from "../scene/decode/udp-sec-header.ts";
import { faultsAt, isFabricTap } from "../scene/fabric-faults.ts";
import { secondsBetween, timedPackets } from "../scene/timed-packets.ts";
import { absent, confirmed, contradicted, type Rule } from "./rule.ts";

/** The window opens between two frames. */
const SHARE_OF_LENGTH = 0.9;

export const outageSurvived: Rule = {
  id: "outage-survived",
  text: "The link was dead as long as the profile says, and the same session went on.",
  claims: "named",
  judge({ taps, input }) {
    const switched = taps.filter(isFabricTap);
    const lengthMs = Math.max(0, ...(input.faults ?? []).map((fault) => fault.lengthMs ?? 0));
    const lost = faultsAt(switched).filter(({ reasons }) => reasons.includes("blackhole"));
    const [firstLost] = lost;
    const lastLost = lost.at(-1);
    if (firstLost === undefined || lastLost === undefined) return absent("no frame met the dead link");
    const delivered = switched
      .flatMap((tap) => timedPackets(tap, input.sessionPort))
      .filter(({ frame, header }) => frame.direction === "received" && header.type === DATA)
      .sort((a, b) => a.timeUs - b.timeUs);
    const before = delivered.filter(({ timeUs }) => timeUs < firstLost.timeUs).at(-1);
    const sessionId = before?.header.sessionId;
    const after = delivered.filter(({ timeUs, header }) => timeUs > lastLost.timeUs && header.sessionId === sessionId);
    const [next] = after;
    if (before === undefined || next === undefined) {
      return contradicted(
        `${lost.length} frames lost; DATA delivered before: ${before !== undefined}, after in the same session: ${after.length}`,
      );
    }
    const saw =
      `session ${before.header.sessionId}: no DATA delivered for ${secondsBetween(before.timeUs, next.timeUs)} ` +
      `(dead for ${lengthMs / 1000} s, ${lost.length} frames lost), then ${after.length} DATA packets in the same session`;
    const isLong = next.timeUs - before.timeUs >= lengthMs * 1000 * SHARE_OF_LENGTH;
    return isLong ? confirmed(saw) : contradicted(saw);
  },
};
