/** The decisions of a run, one line of NDJSON each: what `--replay` applies and `minimize` shrinks. */
import type { DecisionRecord, Delivery } from "../../contract/impairment/index.ts";
import { HarnessError } from "../host/harness-error.ts";
import { isGatewayRecord, type GatewayRecord } from "./gateway/gateway-record.ts";

/** A line of the log: what a link did to a frame, or what became of a mapping of the gateway. */
export type LoggedDecision = DecisionRecord | GatewayRecord;

/** @returns whether a fault had a hand in it; the rest are the same by their seed, and not logged */
export function isRemarkable({ deliveries, reason }: Pick<DecisionRecord, "deliveries" | "reason">): boolean {
  return reason !== undefined || deliveries.length !== 1 || deliveries.some(({ flips }) => flips !== undefined);
}

export function formatDecision(record: LoggedDecision): string {
  return `${JSON.stringify(record)}\n`;
}

/** @throws HarnessError `fabric-decision-log` with the number of the first bad line; an incomplete last line is left out */
export function parseDecisionLog(text: string): LoggedDecision[] {
  const lines = text.split("\n");
  // After the last newline there is nothing, or what a killed writer left.
  lines.pop();
  return lines.map((line, index) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    if (isDecision(value) || isGatewayRecord(value)) return value;
    throw new HarnessError(
      "fabric-decision-log",
      `line ${index + 1} of the decision log is not a decision`,
      "replay the decisions.ndjson of a run's artifacts",
    );
  });
}

export function isLinkDecision(record: LoggedDecision): record is DecisionRecord {
  return "link" in record;
}

function isDecision(value: unknown): value is DecisionRecord {
  if (typeof value !== "object" || value === null) return false;
  const { link, flow, index, atMs, deliveries, reason } = value as Record<string, unknown>;
  return (
    typeof link === "string" &&
    typeof flow === "string" &&
    Number.isSafeInteger(index) &&
    typeof atMs === "number" &&
    (reason === undefined || typeof reason === "string") &&
    Array.isArray(deliveries) &&
    deliveries.every(isDelivery)
  );
}

function isDelivery(value: unknown): value is Delivery {
  if (typeof value !== "object" || value === null) return false;
  const { delayMs, flips } = value as Record<string, unknown>;
  const flipsOk = flips === undefined || (Array.isArray(flips) && flips.every((bit) => Number.isSafeInteger(bit)));
  return typeof delayMs === "number" && delayMs >= 0 && flipsOk;
}
