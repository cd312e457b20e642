import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { AgentSource } from "../host/agent-bundle.ts";
import { loadMarkers, parseProfile } from "../profiles/load.ts";
import { equip, guestsOf } from "../run/request/equipment.ts";
import { SILENT_REPORTER } from "../run/request/run-reporter.ts";
import { realPorts } from "../run/real-ports.ts";
import type { RunResult } from "../run/result/run-result.ts";
import { runProfile } from "../run/run-profile.ts";

const TIMEOUT_MS = 100_000;

const work = mkdtempSync(join(tmpdir(), "played-profile-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
let runs = 0;

/** Plays a profile in real machines. @param files that it names, by name; they stand beside it @param agent instead of the shipped one */
export async function playProfile(
  toml: string,
  files: Readonly<Record<string, Uint8Array>> = {},
  agent?: AgentSource,
): Promise<RunResult> {
  const folder = join(work, String(++runs));
  mkdirSync(folder);
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(folder, name), contents);
  const loaded = parseProfile(toml, "machine.toml", loadMarkers(), folder);
  const { signal } = new AbortController();
  const guests = guestsOf([loaded.profile]);
  const equipment = await equip({
    guests,
    accelerator: "tcg",
    announce: () => undefined,
    signal,
    ...(agent === undefined ? {} : { agent }),
  });
  const request = {
    ...{
      loaded,
      seed: "1",
      timeoutMs: TIMEOUT_MS,
      untilMarker: false,
      runsFolder: folder,
      keepOnFailure: false,
      again: "",
    },
  };
  return runProfile(request, equipment, SILENT_REPORTER, signal, realPorts(equipment));
}
