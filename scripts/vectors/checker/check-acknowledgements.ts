import { readAcknowledgement } from "../../../guest/core/udp-sec/packet/packet-content.ts";
import { AckTracker } from "../../../guest/core/udp-sec/recovery/received-packets.ts";
import { type Fields, isFields, listField, numberField, rangesField } from "./json-fields.ts";
import { differenceOf, type FileChecks } from "./vector-check.ts";

const pairs = (ranges: readonly { readonly first: number; readonly last: number }[]): number[][] =>
  ranges.map(({ first, last }) => [first, last]);

export const checkAcknowledgements: FileChecks = {
  encode: (vector) => (vector["kind"] === "write" ? writingDifference(vector) : undefined),
  decode: (vector) => {
    if (vector["kind"] !== "read") return undefined;
    const read = reading(vector);
    if (read === undefined) return "is refused";
    return (
      differenceOf("named", pairs(read.runs), vector["named"]) ??
      differenceOf("covered_from", read.coveredFrom, vector["covered_from"])
    );
  },
  refuse: (negative) => differenceOf("what is read", reading(negative)?.runs, undefined),
};

function reading(vector: Fields): ReturnType<typeof readAcknowledgement> {
  return readAcknowledgement(
    numberField(vector, "ack"),
    numberField(vector, "ack_bits"),
    rangesField(vector, "ranges"),
  );
}

function writingDifference(vector: Fields): string | undefined {
  const tracker = new AckTracker();
  for (const step of listField(vector, "steps")) {
    if (!isFields(step)) return "a step is no object";
    if (step["reported"] !== undefined) tracker.retire(rangesField(step, "reported"));
    else {
      const [range] = rangesField({ receive: [step["receive"]] }, "receive");
      for (let pn = range?.first ?? 0; pn <= (range?.last ?? -1); pn += 1) tracker.onReceived(pn, 0);
    }
  }
  return (
    differenceOf("ack", tracker.largest, vector["ack"]) ??
    differenceOf("ack_bits", tracker.bits, vector["ack_bits"]) ??
    differenceOf("ranges", pairs(tracker.ranges()), vector["ranges"])
  );
}
