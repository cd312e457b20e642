import { readFile } from "node:fs/promises";
import { BULK_CANARY } from "../../guest/contract/configuration.ts";
import { EventKind } from "../../guest/contract/events.ts";
import type { ReceivedEvent } from "../console/event-collector.ts";
import type { EvidenceFinding, EvidenceInput, SessionKeyRecord } from "../evidence/evidence.ts";
import { judgeEvidence } from "../evidence/judge.ts";
import { parseKernelCounters } from "../evidence/kernel-counters.ts";
import type { RungState } from "../markers/ladder-spec.ts";
import type { Manifest } from "../markers/manifest.ts";
import type { Profile } from "../profiles/schema.ts";
import { SESSION_PORT } from "./addressing.ts";
import { endingFinding } from "./machine-ending.ts";
import type { NodeSession } from "./node-session.ts";

/** @returns what QMP, the captures and init's counters say about a run that has ended */
export async function gatherEvidence(
  profile: Profile,
  manifest: Manifest,
  rungs: readonly RungState[],
  sessions: readonly NodeSession[],
): Promise<EvidenceFinding[]> {
  const endings = sessions.map(({ name, exit, expected }) => ({
    node: name,
    exit: exit ?? ({ kind: "ended" } as const),
    expected,
  }));
  const findings = [endingFinding(endings)];
  // Without a NIC there is no wire to look at: QMP alone is the source.
  if (profile.network.kind === "none") return findings;
  return [...findings, ...(await judgeEvidence(await evidenceInput(profile, manifest, rungs, sessions)))];
}

async function evidenceInput(
  profile: Profile,
  manifest: Manifest,
  rungs: readonly RungState[],
  sessions: readonly NodeSession[],
): Promise<EvidenceInput> {
  const counters = await Promise.all(
    sessions.map(async ({ name, machine }) => {
      const text = machine === undefined ? "" : await readFile(machine.initLogPath, "utf8").catch(() => "");
      return parseKernelCounters(text, name);
    }),
  );
  return {
    captures: sessions.flatMap(({ name, machine, planned }) =>
      (machine?.capturePaths ?? []).map((path, nic) => {
        const mac = planned.macs[nic];
        return { node: name, nic, path, ...(mac === undefined ? {} : { mac }) };
      }),
    ),
    sessionPort: SESSION_PORT,
    keys: sessions.flatMap(({ console: { events } }) => events.events.flatMap(keyRecord)),
    keyLog: profile.keyLog,
    counters: counters.flat(),
    markers: rungs.flatMap(({ marker, node, reachedMs, seen }) => {
      if (reachedMs === undefined) return [];
      const printed = { id: marker, node, atMs: reachedMs, evidence: manifest.get(marker)?.evidence ?? [] };
      return Array.from({ length: seen }, () => printed);
    }),
    canary: BULK_CANARY,
    bulkBytes: profile.workload.bulkBytes,
    lossy: profile.network.kind === "fabric" && profile.network.link.some((link) => link.faults.length > 0),
  };
}

/** @returns the keys of a session that a guest was told to log */
function keyRecord({ kind, data }: ReceivedEvent): SessionKeyRecord | [] {
  const { sessionId, initiatorKey, responderKey } = data;
  if (kind !== EventKind.SESSION_KEYS) return [];
  if (typeof initiatorKey !== "string" || typeof responderKey !== "string") return [];
  // A TCP session has no id on the wire.
  return { sessionId: typeof sessionId === "string" ? sessionId : "", initiatorKey, responderKey };
}
