/** What to do about a failed run, by what it shows; the table of verdicts has the general word. */
import { VERDICT_TEXTS } from "../../markers/verdict-codes.ts";
import { PROBE_PASSED_WORDS } from "../../run/result/guests-words.ts";
import type { RunResult } from "../../run/result/run-result.ts";

/** A machine that waits for longer than this share of its life for a processor of the host keeps no deadline of a protocol. */
const STARVED_SHARE = 0.3;
/** Ends that come of time that passed, as the guest's processes name them. */
const TIME_PASSED = /TIMEOUT|IDLE|LIVENESS/;
const LATE = new Set(["hung", "silent", "timed-out"]);
/** Of frames that came to the switch. */
const MOST = 0.5;
const FEW_FRAMES = 20;
const EARLY_MARKER_RULE = "marker-after-wire";

/** What a hint goes by. */
export type HintedRun = Pick<
  RunResult,
  | "code"
  | "detail"
  | "failures"
  | "rungs"
  | "nodes"
  | "nearestLine"
  | "because"
  | "complaints"
  | "doing"
  | "fabric"
  | "starvedMs"
  | "timing"
  | "accelerator"
  | "artifactsFolder"
>;

/** @returns the machines that had to wait, each with how long; undefined: the host was fast enough */
export function slownessOf({ starvedMs, timing }: HintedRun): string | undefined {
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
    ofDroppedFrames(result) ??
    ofSlowness(result) ??
    ofMisspelling(result) ??
    ofPassedOver(result) ??
    ofItsWire(result) ??
    ofItsWord(result) ??
    ofItsMeans(result) ??
    VERDICT_TEXTS[result.code].hint
  );
}

function ofSlowness(result: HintedRun): string | undefined {
  if (slownessOf(result) === undefined) return undefined;
  const said = [result.because ?? "", ...result.complaints].some((text) => TIME_PASSED.test(text));
  const spins = result.doing.some(({ trace: [first = ""] }) => first.startsWith("runs"));
  if (!said && (spins || !LATE.has(result.code))) return undefined;
  return "this host is too slow for what runs on it: budgets stretch with it, deadlines of the protocol do not. Run less beside it, fewer machines at once (--jobs 1), or on more processors";
}

function ofDroppedFrames({ because, complaints, fabric }: HintedRun): string | undefined {
  if (fabric === undefined || ![because ?? "", ...complaints].some((text) => TIME_PASSED.test(text))) return undefined;
  const [[reason, count] = ["", 0]] = Object.entries(fabric.dropped).sort(([, one], [, other]) => other - one);
  if (fabric.frames < FEW_FRAMES || count < MOST * fabric.frames) return undefined;
  return `the network dropped ${count} of ${fabric.frames} frames (${reason}): does the profile leave them a way? fabric.pcapng has each`;
}

/** A claim that is nearly the one that is missing. */
function ofMisspelling({ code, detail, rungs, nearestLine }: HintedRun): string | undefined {
  const missing = rungs.find((rung) => rung.seen < rung.count);
  if (code !== "unknown-marker" || missing === undefined || nearestLine === undefined) return undefined;
  if (!detail.endsWith(nearestLine.trim())) return undefined;
  return `"${missing.text}" is missing and this is nearly it: correct the guest's line`;
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
