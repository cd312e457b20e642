/** A recorded run as it stands before the judge: played to its end by the real script, its captures in files. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { playNetwork, playRecording } from "../../sabotage/played-machine.ts";
import type { RecordedRun } from "../../sabotage/recordings/recording.ts";
import { SILENT_REPORTER } from "../request/run-reporter.ts";
import { runProfile } from "../run-profile.ts";
import { noPeer, scriptedEquipment, scriptedRequest } from "../scripted-machine.fixture.ts";
import type { EndedRun } from "./gather-evidence.ts";

/** @returns what the evidence is gathered from; its files stay in a folder for temporary files */
export async function endedRecording(run: RecordedRun): Promise<EndedRun> {
  const { loaded, seed, nonce } = run;
  let ended: EndedRun | undefined;
  const request = scriptedRequest(loaded, {
    ...{ seed, nonce, runsFolder: mkdtempSync(join(tmpdir(), "ended-")), resultFiles: [] },
  });
  await runProfile(request, scriptedEquipment(), SILENT_REPORTER, new AbortController().signal, {
    startMachine: playRecording(run),
    startNetwork: playNetwork(run),
    startPeer: noPeer,
    gatherEvidence: (one) => {
      ended = one;
      return Promise.resolve([]);
    },
  });
  if (ended === undefined) throw new RangeError(`${loaded.profile.name} did not come to its end`);
  return ended;
}
