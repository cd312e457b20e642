/**
 * The kinds of fault that a profile may ask for, one record each: how it is written, and what it is in the impairment model. A new
 * kind is its schema and its adder here, beside its record in `contract/impairment/fault-kinds.ts`.
 */
import { z } from "zod";
import type { Fault, FaultWindow, FrameMatch, LinkSpec } from "../../contract/impairment/index.ts";
import { placeName } from "../markers/ladder-spec.ts";
import { duration, markerPlace } from "./schema-parts.ts";

const probability = z.number().min(0).max(1);
const bytes = z.int().min(1);

/** Which frames a fault is about; without it: all. */
const match = z
  .strictObject({
    protocol: z.enum(["udp", "tcp", "arp", "icmp", "other"]).optional(),
    port: z.int().min(1).max(65_535).optional().describe("either port of UDP or TCP"),
    minBytes: bytes.optional().describe("whole frame"),
    maxBytes: bytes.optional().describe("whole frame"),
    packetType: z
      .enum(["msg1", "msg2", "msg3", "retry", "data", "ack", "ping", "close"])
      .optional()
      .describe("type of the UDP-sec packet"),
  })
  .describe("which frames; without it all");

const trigger = markerPlace
  .extend({ delay: duration.optional() })
  .describe("counts from a marker instead of the start");

const SCHEMAS = {
  drop: z.strictObject({
    kind: z.literal("drop"),
    probability: probability.optional(),
    burst: z.int().min(1).max(1000).optional().describe("frames lost in a row, once it happens"),
    nth: z.array(z.int().min(0)).optional().describe("indexes in the flow, from 0"),
    match: match.optional(),
  }),
  duplicate: z.strictObject({ kind: z.literal("duplicate"), probability, match: match.optional() }),
  reorder: z.strictObject({ kind: z.literal("reorder"), probability, delay: duration, match: match.optional() }),
  corrupt: z.strictObject({ kind: z.literal("corrupt"), probability, match: match.optional() }),
  // Delay and rate are of the whole directed link: they take no `match`.
  delay: z.strictObject({ kind: z.literal("delay"), delay: duration, jitter: duration.optional() }),
  rate: z.strictObject({ kind: z.literal("rate"), mbps: z.number().positive(), queueBytes: bytes }),
  "size-limit": z.strictObject({
    kind: z.literal("size-limit"),
    maxBytes: bytes.describe("whole frame"),
    match: match.optional(),
  }),
  blackhole: z.strictObject({
    kind: z.literal("blackhole"),
    after: trigger.optional(),
    start: duration.optional(),
    length: duration,
    match: match.optional(),
  }),
} as const;

type Schemas = typeof SCHEMAS;
type FaultName = keyof Schemas;
type Written<Name extends FaultName> = z.output<Schemas[Name]>;

/** A fault as a profile has it. */
export type ProfileFault = Written<FaultName>;

const everySchema = Object.values(SCHEMAS) as [Schemas[FaultName], ...Schemas[FaultName][]];

export const faultSchema = z.discriminatedUnion("kind", everySchema);

/** A link that is being put together from its faults. */
export type LinkDraft = { -readonly [Key in keyof Omit<LinkSpec, "faults">]: LinkSpec[Key] } & { faults: Fault[] };

/** `delay` and `rate` shape the whole directed link: delays add up, the last rate counts. The others stay in the profile's order. */
const ADDERS: { readonly [Name in FaultName]: (draft: LinkDraft, fault: Written<Name>) => void } = {
  drop: (draft, fault) => void draft.faults.push(...dropsOf(fault)),
  duplicate: (draft, { probability: chance, ...rest }) =>
    void draft.faults.push({ kind: "duplicate", chance, ...matching(rest) }),
  reorder: (draft, { probability: chance, delay: laterMs, ...rest }) =>
    void draft.faults.push({ kind: "reorder", chance, laterMs, ...matching(rest) }),
  corrupt: (draft, { probability: chance, ...rest }) =>
    void draft.faults.push({ kind: "corrupt", chance, ...matching(rest) }),
  delay: (draft, { delay, jitter }) => {
    draft.delayMs = (draft.delayMs ?? 0) + delay;
    if (jitter !== undefined) draft.jitterMs = (draft.jitterMs ?? 0) + jitter;
  },
  rate: (draft, { mbps, queueBytes }) => {
    draft.rateMbps = mbps;
    draft.queueBytes = queueBytes;
  },
  "size-limit": (draft, { maxBytes, ...rest }) =>
    void draft.faults.push({ kind: "size-limit", maxBytes, ...matching(rest) }),
  blackhole: (draft, fault) =>
    void draft.faults.push({ kind: "blackhole", during: windowOf(fault), ...matching(fault) }),
};

export function addFault(draft: LinkDraft, fault: ProfileFault): void {
  const add = ADDERS[fault.kind] as (draft: LinkDraft, fault: ProfileFault) => void;
  add(draft, fault);
}

/** Neither a probability nor indexes: everything that matches is lost. */
function dropsOf(fault: Written<"drop">): Fault[] {
  const base = matching(fault);
  const drops: Fault[] = [];
  if (fault.nth !== undefined) drops.push({ kind: "drop-nth", indexes: fault.nth, ...base });
  if (fault.probability === undefined) return drops.length > 0 ? drops : [{ kind: "blackhole", ...base }];
  if (fault.burst === undefined) return [...drops, { kind: "drop", chance: fault.probability, ...base }];
  return [...drops, { kind: "drop-burst", chance: fault.probability, length: fault.burst, ...base }];
}

function windowOf({ after, start = 0, length }: Written<"blackhole">): FaultWindow {
  const fromMs = start + (after?.delay ?? 0);
  const window = { fromMs, untilMs: fromMs + length };
  return after === undefined ? window : { trigger: placeName(after), ...window };
}

function matching({ match: written }: { readonly match?: z.output<typeof match> | undefined }): {
  readonly match?: FrameMatch;
} {
  if (written === undefined) return {};
  const { protocol, port, minBytes, maxBytes, packetType } = written;
  const model: FrameMatch = {
    ...(protocol === undefined ? {} : { protocol }),
    ...(port === undefined ? {} : { ports: [port] }),
    ...(minBytes === undefined ? {} : { minBytes }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(packetType === undefined ? {} : { packetTypes: [packetType] }),
  };
  return { match: model };
}
