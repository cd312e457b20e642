/**
 * One line of a serial console that is a marker: from QEMU's bytes to its rung, and, once the evidence has spoken, to the verdict. It is
 * a whole run of a machine that plays a script; what starts, ends and writes the run is left out of the record.
 */
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunPorts } from "../../harness/run/opened-run.ts";
import { runProfile } from "../../harness/run/run-profile.ts";
import {
  loadScripted,
  notingReporter,
  RUNGS,
  scriptedEquipment,
  scriptedPorts,
  scriptedRequest,
} from "../../harness/run/scripted-machine.fixture.ts";
import { Recorder } from "./recorder.ts";

const recorder = new Recorder("harness/run/result/write-artifacts.ts");
const lines = ["init: udpsec initramfs up", ...RUNGS];
const scripted = scriptedPorts({ lines, exit: { kind: "guest-shutdown" } });

const ports: RunPorts = {
  ...scripted,
  startMachine: (planned, folder, onSerial, ...others) => {
    const onChunk = (chunk: Uint8Array): void => {
      if (new TextDecoder().decode(chunk).startsWith(RUNGS[1])) recorder.during(() => onSerial(chunk));
      else onSerial(chunk);
    };
    return scripted.startMachine(planned, folder, onChunk, ...others);
  },
  gatherEvidence: async (run) => {
    const findings = await scripted.gatherEvidence(run);
    recorder.start();
    return findings;
  },
};

const runsFolder = mkdtempSync(join(tmpdir(), "udpsec-way-"));
const request = scriptedRequest(loadScripted(), { runsFolder });
const result = await runProfile(request, scriptedEquipment(), notingReporter(), new AbortController().signal, ports);
rmSync(runsFolder, { recursive: true });
assert.equal(result.code, "passed");
process.stdout.write(JSON.stringify([...recorder.files]));
