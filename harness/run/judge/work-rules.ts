/**
 * Rules that hold what the observer noted of a session's streams against what was asked of a probe. That each message, digest and byte
 * is right the observer says itself; here is whether it was as many of them, of this run, and in the way that the marker claims.
 */
import type { ServiceFigures } from "../../observer/follow/session-packet.ts";
import type { PlannedWork } from "./planned-work.ts";

/** What one rule makes of the streams that a self-test opened in one session. */
export interface WorkJudgement {
  readonly isDone: boolean;
  readonly saw: string;
}

type Streams = readonly ServiceFigures[];
export type WorkRule = (streams: Streams, work: PlannedWork) => WorkJudgement;

/** dsoftbus-transport.md#12-mux-v2: what a stream starts with. */
const INITIAL_CREDIT_BYTES = 65_536;
const HIGHEST_PRIORITY = 0;
/** Per reply, of the bulk that the workload asks for, both ways together: an honest self-test has four times as much under way all the time. */
const LEAST_SHARE_BESIDE = 1 / 1_024;
/** Nor has it more than 64 KiB under way, whatever the workload. */
const MOST_BESIDE_BYTES = 16_384;

/** By id. */
export const WORK_RULES: Readonly<Record<string, WorkRule>> = {
  "control-beside-bulk": (streams, { messages, bulkBytes }) => {
    const control = most(streams, (name) => name === "control", "replies");
    const replies = number(control, "replies");
    const beside = number(control, "repliesWithBulkBeside");
    const bytes = number(control, "bytesBeside");
    const leastBytes = Math.ceil(messages * Math.min(bulkBytes * LEAST_SHARE_BESIDE, MOST_BESIDE_BYTES));
    const isBeside = beside > 0 && bytes >= leastBytes;
    return {
      isDone: replies >= messages && isBeside && control?.priority === HIGHEST_PRIORITY,
      saw:
        `${replies} of ${messages} requests answered on priority ${control?.priority ?? "none"}, ` +
        `bulk beside ${beside} of them: ${bytes} bytes, of at least ${leastBytes}`,
    };
  },

  "bulk-as-asked": (streams, { bulkBytes, bulkSeed }) => {
    const bulks = streams.filter(({ name }) => name.startsWith("bulk/"));
    const bulk = bulks.find(({ facts }) => facts["seed"] === bulkSeed) ?? bulks[0];
    const [length, bytes, back] = ["length", "bytes", "bytesBack"].map((fact) => number(bulk, fact));
    const isWhole = [length, bytes, back].every((count) => count === bulkBytes);
    const isTaken = bulk?.facts["verdict"] === true && bulk.facts["verdictBack"] === true;
    const seed = bulk?.facts["seed"] ?? "none";
    return {
      isDone: seed === bulkSeed && isWhole && isTaken,
      saw:
        `seed ${seed} (this run's is ${bulkSeed}), ${length} bytes announced, ${bytes} there, ${back} back of ${bulkBytes}; ` +
        `${isTaken ? "both ends say" : "not both ends say"} that they are right`,
    };
  },

  "backpressure-reached": (streams) => {
    const sinks = streams.filter(({ name }) => name.startsWith("sink/"));
    const judged = sinks.map((sink) => judgeSink(sink, streams));
    return judged.find(({ isDone }) => isDone) ?? judged[0] ?? { isDone: false, saw: "no sink was opened" };
  },
};

/** Filled to the credit of a reader that had stopped; told to go on, it read the rest too. */
function judgeSink(sink: ServiceFigures, streams: Streams): WorkJudgement {
  const gate = streams.find(({ name }) => name === sink.name.replace("sink/", "gate/"));
  const credit = number(sink, "creditWhenFilled");
  const queued = number(gate, "queued");
  const announced = number(gate, "announced");
  const bytes = number(sink, "bytes");
  const isFilled = credit >= INITIAL_CREDIT_BYTES && queued >= credit;
  const isDrained = bytes > queued && bytes === announced && gate?.facts["verdict"] === true;
  return {
    isDone: isFilled && isDrained,
    saw:
      `${sink.name}: ${queued} bytes before the release, on a credit of ${credit} when it was full; ` +
      `then ${bytes - queued} more, ${isDrained ? "all of it read" : `of ${announced} announced, not all of it read`}`,
  };
}

function most(streams: Streams, isOne: (name: string) => boolean, fact: string): ServiceFigures | undefined {
  return streams.filter(({ name }) => isOne(name)).toSorted((a, b) => number(b, fact) - number(a, fact))[0];
}

function number(stream: ServiceFigures | undefined, fact: string): number {
  const value = stream?.facts[fact];
  return typeof value === "number" ? value : 0;
}
