import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { buildFolder } from "../host/package-assets.ts";
import { ArtifactFolder } from "../run/result/artifact-folder.ts";
import { keptAtMost } from "../run/result/kept-at-most.ts";
import { describePruned, pruneRuns } from "../run/result/prune-runs.ts";
import { realPorts } from "../run/real-ports.ts";
import { runSoak, SHORTEST_JUDGED_MINUTES } from "../soak/run-soak.ts";
import { formatResult, formatSample } from "../soak/soak-report.ts";
import { refuseArguments, usageError, type Command } from "./command.ts";
import { equipTold } from "./equip-told.ts";
import { EXIT, exitOfSignal } from "./exit-codes.ts";

const DEFAULT_MINUTES = 60;
/** The guests' event ports hold what two hours write. */
const MAX_MINUTES = 120;
const SEED_BYTES = 6;

export const soakCommand: Command = {
  name: "soak",
  summary: "two machines transfer for an hour over 2 % loss: is their memory flat?",
  usage: "[--minutes N] [--seed SEED]",
  teaches: `
Two machines exchange control messages and bulk all the time, every byte compared, over a link that loses 2 % of the frames each way.
Each minute the memory (RSS) of every process of the guests and of the harness itself is noted. Flat means: its median in the last
quarter of the time is at most 10 % above that of the second quarter. Nothing is captured; samples and consoles are in build/soak.
Before ${SHORTEST_JUDGED_MINUTES} minutes growth is shown but not judged: programs still warm up. What leaks slowly takes the hour.`,
  outcomes: { checkFailed: "memory grew, or something did not arrive as it was sent" },
  options: {
    minutes: { type: "string", value: "N", help: `1 to ${MAX_MINUTES} (default: ${DEFAULT_MINUTES})` },
    seed: { type: "string", value: "SEED", help: "losses follow from it (default: a new one)" },
  },
  examples: ["udpsec soak", "udpsec soak --minutes 2"],
  async run(parsed, io) {
    refuseArguments("soak", parsed);
    const kept = keptAtMost(io.environment);
    const minutes = readMinutes(parsed.text("minutes"));
    const judgesMemory = minutes >= SHORTEST_JUDGED_MINUTES;
    const seed = parsed.text("seed") ?? randomBytes(SEED_BYTES).toString("hex");
    const say = (line: string): void => void io.stdout.write(`${line}\n`);
    const equipment = await equipTold(io, { guests: ["udpsec"], accelerator: "auto" });
    const root = join(buildFolder(), "soak");
    const folder = ArtifactFolder.create(root, "soak", seed, new Date());
    say(
      `soak: ${minutes} min, seed ${seed}, ${[...equipment.kinds.values()].map(({ accelerator }) => accelerator).join()}, files in ${folder.path}`,
    );
    const result = await runSoak({
      ...{ minutes, seed, judgesMemory, means: equipment, starters: realPorts(equipment) },
      ...{ artifactsFolder: folder.path, signal: io.signal, onSample: (sample) => say(formatSample(sample)) },
    });
    for (const line of formatResult(result)) say(line);
    const samples = result.samples.map((sample) => ({ ...sample, memory: Object.fromEntries(sample.memory) }));
    folder.write("soak.json", JSON.stringify({ minutes, seed, ...result, samples, trends: [...result.trends] }));
    const told = describePruned(pruneRuns(root, kept));
    if (told !== undefined) say(told);
    const { failures } = result;
    const praise = judgesMemory ? "memory flat, every hash right" : "every hash right; too short to judge memory";
    say(failures.length === 0 ? `passed: ${praise}` : `failed: ${failures.join("; ")}`);
    if (io.signal.aborted) return exitOfSignal(io.signal);
    return failures.length === 0 ? EXIT.passed : EXIT.checkFailed;
  },
};

function readMinutes(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MINUTES;
  const minutes = Number(text);
  if (/^\d+$/.test(text) && minutes >= 1 && minutes <= MAX_MINUTES) return minutes;
  throw usageError(`--minutes ${text} is not a number from 1 to ${MAX_MINUTES}`, "e.g. --minutes 60");
}
