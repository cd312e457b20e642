/** What to do about a failed run, by what it shows; the table of verdicts has the general word. */
import { nearestName } from "../../../contract/nearest-name.ts";
import type { FabricStats } from "../../fabric/fabric.ts";
import type { RunFailure, RungState } from "../../markers/ladder-spec.ts";
import { VERDICT_TEXTS } from "../../markers/verdict-codes.ts";
import { PROBE_PASSED_WORDS } from "../../run/result/guests-words.ts";
import type { NodeResult, RunResult } from "../../run/result/run-result.ts";

/** A machine that waits for longer than this share of its life for a processor of the host keeps no deadline of a protocol. */
const STARVED_SHARE = 0.3;
/** Ends that come of time that passed, as the guest's processes name them. */
const TIME_PASSED = /TIMEOUT|IDLE|LIVENESS/;
const LATE = new Set(["hung", "silent", "timed-out"]);
/** Who interrupts a run had waited for it. */
const OF_TIME = new Set([...LATE, "interrupted"]);
const MAY_BE_OF_TIME = new Set(["exited", "missing"]);
/** Of frames that came to the switch. */
const MOST = 0.5;
const FEW_FRAMES = 20;
const OBSERVER_RULE = "observer";
const EARLY_MARKER_RULE = "marker-after-wire";

/** What a hint goes by: a run that has just ended has it, and so has one that was read from its folder. */
export interface HintedRun extends Pick<
  RunResult,
  "code" | "detail" | "because" | "complaints" | "doing" | "crashes" | "starvedMs" | "accelerator" | "artifactsFolder"
> {
  readonly failures: readonly (Pick<RunFailure, "node" | "detail"> & { readonly rule?: string | undefined })[];
  readonly rungs: readonly Pick<RungState, "node" | "text" | "count" | "seen">[];
  readonly nodes: readonly Pick<NodeResult, "name">[];
  readonly timing: Pick<RunResult["timing"], "machineMs">;
  readonly fabric?: Pick<FabricStats, "frames" | "dropped"> | undefined;
}

/** @returns the machines that had to wait, each with how long; undefined: the host was fast enough, or has no part in how the run failed */
export function toldSlowness(result: HintedRun): string | undefined {
  return isOfTime(result) ? slownessOf(result) : undefined;
}

function slownessOf({ starvedMs, timing }: HintedRun): string | undefined {
  const starved = Object.entries(starvedMs).filter(([, ms]) => ms >= STARVED_SHARE * timing.machineMs);
  if (starved.length === 0) return undefined;
  const waits = starved.map(([node, ms]) => `${node} waited ${(ms / 1_000).toFixed(0)} s`);
  return `${waits.join(", ")} of ${(timing.machineMs / 1_000).toFixed(0)} s for a processor of this host`;
}

/** @returns one sentence, with the run's own names in the place of NODE and ARTIFACTS */
export function fittingHint(result: HintedRun): string {
  return general(result)
    .replaceAll("NODE", nodeOf(result) ?? "NODE")
    .replaceAll("ARTIFACTS", result.artifactsFolder);
}

/** Whom the failure is about: who is named, else whose rung is missing, else the only one. */
function nodeOf({ failures, rungs, nodes }: HintedRun): string | undefined {
  const named = failures[0]?.node ?? rungs.find(({ seen, count }) => seen < count)?.node;
  return named ?? (nodes.length === 1 ? nodes[0]?.name : undefined);
}

function general(result: HintedRun): string {
  return (
    ofCrash(result) ??
    ofDroppedFrames(result) ??
    ofSlowness(result) ??
    ofSpinning(result) ??
    ofMisspelling(result) ??
    ofPassedOver(result) ??
    ofItsWire(result) ??
    ofTheObserver(result) ??
    ofItsWord(result) ??
    ofItsMeans(result) ??
    VERDICT_TEXTS[result.code].hint
  );
}

function ofSlowness(result: HintedRun): string | undefined {
  if (toldSlowness(result) === undefined) return undefined;
  if (!saysTimePassed(result) && spinnerOf(result) !== undefined) return undefined;
  return "this host is too slow for what runs on it: budgets stretch with it, deadlines of the protocol do not. Run less beside it, fewer machines at once (--jobs 1), or on more processors";
}

function isOfTime(result: HintedRun): boolean {
  return OF_TIME.has(result.code) || (MAY_BE_OF_TIME.has(result.code) && saysTimePassed(result));
}

function saysTimePassed({ because, complaints }: HintedRun): boolean {
  return [because ?? "", ...complaints].some((text) => TIME_PASSED.test(text));
}

function ofCrash({ code, crashes: [crash] }: HintedRun): string | undefined {
  const frame = code === "crashed" && crash !== undefined ? firstFrame(crash.trace) : undefined;
  if (crash === undefined || frame === undefined) return undefined;
  return `${crash.process} threw ${frame}: what came after that came of it`;
}

/** Who spins is why nothing came; what others said of it came of that. */
function ofSpinning(result: HintedRun): string | undefined {
  const spinner = LATE.has(result.code) ? spinnerOf(result) : undefined;
  if (spinner === undefined) return undefined;
  const frame = firstFrame(spinner.trace);
  return `${spinner.process} runs and comes to no end${frame === undefined ? "" : `, ${frame}`}: \`doing:\` has its stack, and nobody whom it serves gets an answer`;
}

function firstFrame(trace: readonly string[]): string | undefined {
  return trace
    .slice(1)
    .map((line) => line.trim())
    .find((line) => line.startsWith("at "));
}

function spinnerOf({ doing }: HintedRun): HintedRun["doing"][number] | undefined {
  return doing.find(({ trace: [first = ""] }) => first.startsWith("runs"));
}

function ofDroppedFrames(result: HintedRun): string | undefined {
  const { fabric } = result;
  if (fabric === undefined || !saysTimePassed(result)) return undefined;
  const [[reason, count] = ["", 0]] = Object.entries(fabric.dropped).sort(([, one], [, other]) => other - one);
  if (fabric.frames < FEW_FRAMES || count < MOST * fabric.frames) return undefined;
  return `the network dropped ${count} of ${fabric.frames} frames (${reason}): does the profile leave them a way? fabric.pcapng has each`;
}

/** A claim that is nearly the one that is missing. */
function ofMisspelling({ code, detail, rungs }: HintedRun): string | undefined {
  const missing = rungs.find((rung) => rung.seen < rung.count);
  if (code !== "unknown-marker" || missing === undefined) return undefined;
  const printed = detail.replace(/^(?:event port|not in the list of markers): /, "");
  if (nearestName(printed, [missing.text]) === undefined) return undefined;
  return `"${missing.text}" is missing and "${printed}" is nearly it: correct the guest's line`;
}

/** The node went on without it. */
function ofPassedOver({ code, rungs, because }: HintedRun): string | undefined {
  const index = rungs.findIndex((rung) => rung.seen < rung.count);
  const missing = rungs[index];
  if (code !== "missing" || missing === undefined) return undefined;
  const later = rungs.slice(index + 1).find(({ node, seen }) => node === missing.node && seen > 0);
  if (later === undefined) return undefined;
  const isDone = because?.includes(PROBE_PASSED_WORDS) === true;
  const what = isDone
    ? "its probe passed, and only the line is missing where it ends"
    : "the line is not printed where it should be, or the work behind it was passed over";
  return `"${later.text}" came after it, so the machine went on: ${what}`;
}

/** Of two markers in the wrong order, the one that nothing on the wire had led to. */
function ofItsWire({ code, failures }: HintedRun): string | undefined {
  if (code !== "out-of-order") return undefined;
  const early = failures.find(({ rule }) => rule === EARLY_MARKER_RULE);
  return early === undefined ? undefined : `one of the two was printed before its work: ${early.detail}`;
}

/** What the wire shows of an end says more than what the other one made of it. */
function ofTheObserver({ code, failures }: HintedRun): string | undefined {
  const broke = failures.find(({ rule }) => rule === OBSERVER_RULE);
  if (broke === undefined || !["exited", "hung", "missing"].includes(code)) return undefined;
  return `an end broke the specification, as the observer saw it: ${broke.detail.replace(/^observer: /, "")}`;
}

/** Nothing in the logs says more. */
function ofItsWord({ code, because }: HintedRun): string | undefined {
  if (code !== "exited" || because === undefined) return undefined;
  return "the line with `because` has the reason in the process's own words; NODE-events.ndjson has what came before it";
}

/** Nobody is sent to what the run has not, nor told to try what it did. */
function ofItsMeans({ code, accelerator, fabric }: HintedRun): string | undefined {
  if (code === "contradicted" && fabric !== undefined)
    return VERDICT_TEXTS.contradicted.hint.replace("NODE-nic0.pcap", "fabric.pcapng");
  if (accelerator !== "tcg") return undefined;
  if (code === "silent") return "see NODE-qemu.stderr and NODE-qmp.log: not even the kernel printed anything";
  return code === "stopped" ? "see NODE-qemu.stderr and NODE-qmp.log" : undefined;
}
