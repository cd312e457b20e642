import { basename } from "node:path";
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import type { SessionKeyRecord } from "../../evidence/scene/evidence-input.ts";
import { OBSERVER_RULE } from "../../evidence/rules/rule-texts.ts";
import { hex, join, u32 } from "../../observer/crypto/bytes.ts";
import type { OpenedHandshake } from "../../observer/handshakes/opened-handshake.ts";
import type { PlannedDevice, Timing } from "../../observer/handshakes/handshake-context.ts";
import { judgeCaptures, type JudgedCapture } from "../../observer/judging/judge-captures.ts";
import type { JudgedFinding, JudgeReport } from "../../observer/judging/judge-report.ts";
import { sessionFollowers } from "../../observer/judging/session-followers.ts";
import { addSecretsOf } from "../../observer/keys/secrets-text.ts";
import { Secrets } from "../../observer/keys/secrets.ts";
import type { RememberedKeys } from "./remembered-keys.ts";
import { judgeLies, type ToldLie } from "../../peer/judge-lies.ts";
import type { Plan } from "../../topology/plan.ts";
import type { Identity } from "../../topology/identities.ts";
import { identityOf, residentsOf, suiteDevicesOf } from "../../topology/residents.ts";
import type { FinishedRun } from "../../worlds/live/finished-run.ts";
import { toldLies } from "./told-lies.ts";
import { halfProblem, toldWordsOf } from "./told-words.ts";
import { formatSecrets, SECRETS_FILE } from "./secrets-file.ts";

/** QEMU and the switch stamp a frame some time after it was handed over; on a busy host that is tens of milliseconds. */
const CLOCK_SLACK_US = 50_000;

/** So late for its own deadlines no guest was seen, on hosts with five times more work than processors. */
const GUEST_LAG_US = 10_000_000;

/** What the observer made of a run. */
export interface RunObservation {
  /** One for each rule that somebody broke, where it was broken first; else one that says what was followed. */
  readonly findings: readonly EvidenceFinding[];
  /** Of each handshake that it opened, refused ones too: nobody told them, they follow from what was on the wire. */
  readonly keys: readonly SessionKeyRecord[];
  /** What it followed; undefined: there was no capture. */
  readonly report: JudgeReport | undefined;
}

/**
 * Holds every session of a run to the specification, by an implementation that shares no code with the guest and opens each handshake
 * itself.
 *
 * @param history of the keys of other runs; is told those of this one
 */
export async function observeRun(
  finished: FinishedRun,
  plan: Plan,
  history: RememberedKeys | undefined,
): Promise<RunObservation> {
  const captures = observedCaptures(finished);
  if (captures.length === 0) return { findings: [finding("unavailable", "no capture")], keys: [], report: undefined };
  const secrets = new Secrets();
  addSecretsOf(formatSecrets(plan, finished.nodes), SECRETS_FILE, secrets);
  const keys: SessionKeyRecord[] = [];
  const ephemeralKeys = new Set<string>();
  const words = toldWordsOf(plan);
  const tellingHalves = new Set<string>();
  const earlierKeys = history?.earlier() ?? [];
  const told = toldLies(finished);
  const timing = timingOf(finished);
  const free = addressesOfSuites(plan);
  const liars = [...told.flatMap(({ sockets }) => sockets), ...free];
  const report = await judgeCaptures(
    captures.map((capture) => ({ ...capture, taps: new Set([...(capture.taps ?? []), ...liars]) })),
    {
      secrets,
      devices: devicesOf(plan),
      taps: new Set(),
      followers: sessionFollowers({ above: "mux", congestion: "new-reno", ...timing, clockSlackUs: CLOCK_SLACK_US }),
      timing,
      earlierKeys,
      onOpened: (handshake) => {
        keys.push(keysOf(handshake));
        const telling = halfProblem(handshake, words);
        if (telling !== undefined) tellingHalves.add(telling);
        for (const { ephemeralKey } of [handshake.initiator, handshake.responder]) ephemeralKeys.add(ephemeralKey);
      },
    },
  );
  history?.remember([...ephemeralKeys]);
  const { others, complaints } = judgeLies(report, told, free);
  const broken = [
    ...[...firstOfEachRule(others).values()].map((first) => finding("contradicted", describe(first))),
    ...[...complaints, ...[...tellingHalves].slice(0, 1)].map((text) => finding("contradicted", text)),
  ];
  return {
    findings: broken.length > 0 ? broken : [summaryOf(report, told, free.size > 0, history && earlierKeys.length)],
    keys,
    report,
  };
}

/** While the switch stood still it saw nothing of what left: it stamped that later. A machine that was paused didn't see the time pass. */
function timingOf({ fabric, nodes }: FinishedRun): Timing {
  const stallUs = (fabric?.longestStallMs ?? 0) * 1_000;
  const pausedUs = Math.max(0, ...nodes.map(({ pausedMs }) => pausedMs)) * 1_000;
  return { clockSlackUs: CLOCK_SLACK_US + stallUs, lagUs: GUEST_LAG_US + stallUs + pausedUs };
}

function keysOf({ sessionId, initiatorKey, responderKey }: OpenedHandshake): SessionKeyRecord {
  // A TCP session has no id on the wire.
  const id = sessionId === undefined ? new Uint8Array() : join(u32(sessionId.low), u32(sessionId.high));
  return { sessionId: hex(id), initiatorKey: hex(initiatorKey), responderKey: hex(responderKey) };
}

/** The switch's capture has every frame, and which way it went. QEMU's shows what passes a NIC: its address tells what left there. */
function observedCaptures({ nodes, fabricCapture }: FinishedRun): JudgedCapture[] {
  if (fabricCapture !== undefined) return [{ path: fabricCapture, file: basename(fabricCapture) }];
  return nodes.flatMap(({ files, planned }) => {
    const hosts = Object.values(planned.plan.addresses.hosts);
    return (files?.capturePaths ?? []).map((path, nic): JudgedCapture => {
      const host = hosts[nic];
      return { path, file: basename(path), taps: new Set(host === undefined ? [] : [host]) };
    });
  });
}

function devicesOf({ topology, nonce }: Plan): PlannedDevice[] {
  return residentsOf(topology).flatMap((resident) => {
    const named = ({ deviceId, staticKey }: Identity, name: string): PlannedDevice => ({ name, deviceId, staticKey });
    const ofSuite = suiteDevicesOf(resident, nonce).map(({ identity }, at) =>
      named(identity, `${resident.name}-suite-${at + 1}`),
    );
    return [named(identityOf(resident, nonce), resident.name), ...ofSuite];
  });
}

/** Where cases of conformance are played: the machine is judged there as anywhere, who plays them by the cases alone. */
function addressesOfSuites({ nodes }: Plan): Set<string> {
  return new Set(
    nodes.flatMap(({ kind, addresses }) => (kind.playsSuite === true ? Object.values(addresses.hosts) : [])),
  );
}

function firstOfEachRule(findings: readonly JudgedFinding[]): Map<string, JudgedFinding> {
  const first = new Map<string, JudgedFinding>();
  for (const one of findings) if (!first.has(one.rule)) first.set(one.rule, one);
  return first;
}

function describe({ rule, end, text, file, number, where, requirement }: JudgedFinding): string {
  return `${rule}, by the ${end}: ${text} (packet ${number} of ${file}; docs/distributed/${where} [${requirement}])`;
}

/** A session that the run cut is followed as far as it went. */
function summaryOf(
  { sessions, unjudged, frames }: JudgeReport,
  told: readonly ToldLie[],
  isBesideSuite: boolean,
  earlierKeys: number | undefined,
): EvidenceFinding {
  const count = (wanted: string): number => sessions.filter(({ outcome }) => outcome === wanted).length;
  const what = `${count("followed")} sessions to their end, ${count("open")} open, ${count("refused")} refused; ${frames} frames${liesText(told)}${earlierText(earlierKeys)}`;
  const isFollowed = sessions.some(({ outcome }) => outcome !== "refused");
  if (isFollowed && unjudged.length === 0) return finding("confirmed", what);
  const why = unjudged.map((one) => `${one.what} (from packet ${one.number} of ${one.file}, ${one.times} times)`);
  // Of what the suite sends much is meant to open for nobody, and what follows from it is what the cases look at.
  return finding(isFollowed && isBesideSuite ? "confirmed" : "unavailable", [what, ...why].join("; "));
}

/** Who has no history, or one that can't be read, sees here that nothing was compared. */
function earlierText(keys: number | undefined): string {
  return keys === undefined ? "" : `; no key of ${keys} earlier ones`;
}

function liesText(told: readonly ToldLie[]): string {
  const names = new Set(told.flatMap(({ lie }) => lie ?? []));
  return names.size === 0 ? "" : `; the peer's lies, and nobody else's: ${[...names].join(", ")}`;
}

function finding(kind: EvidenceFinding["finding"], saw: string): EvidenceFinding {
  return { rule: OBSERVER_RULE, marker: undefined, finding: kind, saw };
}
