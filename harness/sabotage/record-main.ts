/**
 * Makes a recorded run again: `node scripts/run.mjs harness/sabotage/record-main.ts PROFILE...` boots each profile with the small
 * workload of recordings and, if it passes, writes fixtures/recorded/PROFILE.run.br.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EXIT } from "../cli/exit-codes.ts";
import { programOutput } from "../cli/program-output.ts";
import { runProgram } from "../cli/run-program.ts";
import { projectRoot } from "../host/project-root.ts";
import { colorsFor } from "../report/colors.ts";
import { REPORTERS } from "../report/reporters/index.ts";
import { equip, guestsOf } from "../run/request/equipment.ts";
import { runVm } from "./run-vm.ts";
import { recordedProfile } from "./recordings/recorded-profiles.ts";
import { packRecording, recordingPath } from "./recordings/recording.ts";

const SEED = "recorded";

await runProgram("record", main);

async function main(names: readonly string[]): Promise<number> {
  const colors = colorsFor(false, process.env);
  const reporter = REPORTERS.list.live({
    output: programOutput(process.stderr),
    colors,
    isLive: false,
    isBrief: false,
  });
  const profiles = names.map(recordedProfile);
  const announce = (line: string): void => reporter.setup(line);
  const { signal } = new AbortController();
  const profilesToRun = profiles.map(({ profile }) => profile);
  const equipment = await equip({ guests: guestsOf(profilesToRun), accelerator: "auto", announce, signal });
  for (const loaded of profiles) {
    const { result, recording } = await runVm(loaded, SEED, equipment, join(projectRoot(), "build/runs"), reporter);
    if (!result.passed) return EXIT.checkFailed;
    const packed = packRecording(recording);
    const path = recordingPath(loaded.profile.name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, packed);
    process.stdout.write(`${path}: ${packed.length} bytes\n`);
  }
  return EXIT.passed;
}
