/** `npm run -s vectors`: every file of vectors, or the Noise vectors of files that are named. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runVectors, type VectorsOutput } from "../../guest/programs/vectors/run-vectors.ts";
import { checkFiles } from "./check-files.ts";
import type { CheckedVector } from "./checker/check-texts.ts";
import { makeAll } from "./maker/make-all.ts";
import { textOfFile } from "./maker/vector-file.ts";

const NOISE = "noise-xk.json";
const USAGE = `usage: npm run -s vectors [-- --write | -- FILE...]
Without arguments: makes the vectors of fixtures/vectors anew and compares them with the committed files, then asks the core for each,
in both directions (it makes the same bytes, it reads the same fields) and for each verdict, with both crypto implementations; and the
Noise vectors of ${NOISE}.
  --write   writes the files as they are made; check what changed
  FILE...   Noise vectors in the public JSON shape instead
The last line counts: N passed, N failed, N skipped. Exit: 0 all passed, 1 one failed, 2 usage or an unreadable file.`;

/** @param folder fixtures/vectors @returns the exit code */
export async function runAllVectors(
  args: readonly string[],
  folder: string,
  output: VectorsOutput,
): Promise<0 | 1 | 2> {
  if (args.includes("--help") || args.includes("-h")) {
    output.out(USAGE);
    return 0;
  }
  if (args.length === 1 && args[0] === "--write") {
    for (const file of makeAll()) writeFileSync(join(folder, `${file.name}.json`), textOfFile(file));
    return 0;
  }
  if (args.length > 0) return runVectors(args, output);
  const results = await checkFiles(folder);
  const lines: string[] = [];
  const noise = runVectors([join(folder, NOISE)], { out: (line) => lines.push(line), error: output.error });
  for (const line of lines.slice(0, -1)) output.out(line);
  const [passedNoise = 0, failedNoise = 0] = [...(lines.at(-1) ?? "").matchAll(/\d+/g)].map(([count]) => Number(count));
  tell(results, output);
  output.out(`${NOISE.replace(".json", "")}: ${passedNoise} handshakes in both roles`);
  const failed = results.filter(({ problem }) => problem !== undefined).length;
  output.out(`${results.length - failed + passedNoise} passed, ${failed + failedNoise} failed, 0 skipped`);
  return failed > 0 || noise !== 0 ? 1 : 0;
}

function tell(results: readonly CheckedVector[], { out }: VectorsOutput): void {
  for (const { file, name, direction, problem } of results) {
    if (problem !== undefined) out(`FAILED ${file}.json: ${name}: ${direction}: ${problem}`);
  }
  for (const file of new Set(results.map((result) => result.file))) {
    const count = (direction: CheckedVector["direction"]): number =>
      results.filter((result) => result.file === file && result.direction === direction).length;
    out(`${file}: ${count("encode")} vectors in both directions, ${count("refuse")} verdicts`);
  }
}
