/** Every capture was written, holds frames, and holds them whole: else the other rules look at less than there was. */
import { count, confirmed, contradicted, type Rule } from "./rule.ts";

export const captureComplete: Rule = {
  id: "capture-complete",
  text: "Every capture was written, holds frames, and holds them whole.",
  claims: () => true,
  judge({ taps }) {
    if (taps.length === 0) return contradicted("no NIC was captured");
    const empty = taps.filter(({ frames }) => frames.length === 0);
    if (empty.length > 0) return contradicted(`0 frames at ${empty.map(({ name }) => name).join(", ")}`);
    const frames = taps.flatMap((tap) => tap.frames);
    const cut = frames.filter(({ captured }) => captured.bytes.length < captured.wireLength).length;
    if (cut > 0) return contradicted(`${cut} of ${count(frames.length, "frame")} are cut by a snap length`);
    const torn = taps.filter(({ cutShort }) => cutShort).map(({ name }) => name);
    const ending = torn.length === 0 ? "" : `; the last record is incomplete at ${torn.join(", ")}`;
    return confirmed(`${count(frames.length, "frame")} at ${count(taps.length, "NIC")}${ending}`);
  },
};
