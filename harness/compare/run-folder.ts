/** A run as its artifact folder tells it. */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { EventLine } from "../../contract/event-line.ts";
import { readEventLine } from "../console/read-event-line.ts";
import { HarnessError } from "../host/harness-error.ts";
import { parseDecisionLog, type LoggedDecision } from "../fabric/decision-log.ts";
import { nearestName } from "../../contract/nearest-name.ts";
import { SUMMARY_FILE } from "./finished-summary.ts";
import { DECISION_LOG } from "../worlds/live/run-network.ts";

/** @param run a folder, the name of one in `runsFolder`, or `latest` @throws HarnessError `run-unknown` */
export function findRun(run: string, runsFolder: string): string {
  const candidates = [isAbsolute(run) ? run : resolve(run), join(runsFolder, run)];
  const found = candidates.find((path) => existsSync(join(path, SUMMARY_FILE)));
  if (found !== undefined) return realpathSync(found);
  const names = existsSync(runsFolder) ? readdirSync(runsFolder) : [];
  const near = nearestName(run, names);
  const hint = near === undefined ? `runs are in ${runsFolder}` : `did you mean ${near}?`;
  throw new HarnessError("run-unknown", `there is no finished run ${run}`, hint);
}

/** @returns what a node's event port delivered; damaged lines are left out */
export function readEvents(folder: string, node: string): EventLine[] {
  const path = join(folder, `${node}-events.ndjson`);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      const event = line === "" ? { torn: "empty" } : readEventLine(line);
      return "torn" in event ? [] : [event];
    });
}

/** @returns what the network of a run decided @throws HarnessError `fabric-decision-log`, `run-without-decisions` */
export function readDecisions(folder: string): LoggedDecision[] {
  const path = join(folder, DECISION_LOG);
  if (existsSync(path)) return parseDecisionLog(readFileSync(path, "utf8"));
  const hint = "only profiles with network kind fabric decide anything";
  throw new HarnessError("run-without-decisions", `${folder} has no ${DECISION_LOG}`, hint);
}
