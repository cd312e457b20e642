/** `npm run -s kill-soak -- [ROUNDS]`: SIGKILL of a real daemon at random moments, over each transport. */
import { resolve } from "node:path";
import { bundleOrTell } from "../../../scripts/bundle.mjs";
import { localWorldConfiguration } from "../../agent/local-world.ts";
import { runDeveloperTool, ToolUsageError } from "../developer-tool.ts";
import { KillSoakError, soakKills } from "./kill-soak.ts";
import { overTransport } from "./over-transport.ts";

const DEFAULT_ROUNDS = 10;

await runDeveloperTool("kill-soak", main);

async function main([word]: readonly string[]): Promise<number> {
  const rounds = word === undefined ? DEFAULT_ROUNDS : Number(word);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1_000) {
    throw new ToolUsageError(`ROUNDS is a whole number from 1 to 1000, not ${word ?? ""}`);
  }
  const root = resolve(import.meta.dirname, "../..");
  const bundled = await bundleOrTell({ root, entry: "guest/agent/main.ts", out: "build/run/guest-agent-main.mjs" });
  if (bundled === undefined) return 2;
  const agent = bundled.path;
  let passed = 0;
  for (const transport of ["udp-sec", "tcp"] as const) {
    try {
      const world = overTransport(await localWorldConfiguration(), transport);
      const results = await soakKills({
        ...{ agent, rounds, world, draw: Math.random },
        onRound: (result) => void process.stdout.write(`${JSON.stringify({ transport, ...result })}\n`),
      });
      passed += results.length;
    } catch (error) {
      if (!(error instanceof KillSoakError)) throw error;
      process.stdout.write(`${transport}: ${error.message}\n`);
    }
  }
  const failed = passed === 2 * rounds ? 0 : 1;
  process.stdout.write(`${passed} passed, ${failed} failed, ${2 * rounds - passed - failed} skipped\n`);
  return failed;
}
