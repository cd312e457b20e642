/**
 * `npm run -s boot-times -- [COUNT]`: boots our guest with a placeholder for the agent and prints how long each part took, one JSON object
 * for each boot. Run it before and after a change of the image or of QEMU's command line.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseInitReport } from "../guests/init-report.ts";
import { INIT_UP_LINE } from "../guests/probe-guest.ts";
import { udpsecGuest } from "../guests/udpsec-guest.ts";
import { raceOurs } from "../run/request/accelerators.ts";
import { ensureQemu } from "../qemu/find-qemu.ts";
import { startMachine } from "../qemu/machine.ts";
import { EXIT } from "../cli/exit-codes.ts";
import { readCount, runProgram } from "../cli/run-program.ts";

const PLACEHOLDER_AGENT = { entry: "harness/guests/fixtures/placeholder-agent.ts" };
const CONFIG = '{"lingerMs":0,"processes":[{"kind":"dsoftbusd","namespace":"root"}]}';
const announce = (line: string): void => void process.stderr.write(`udpsec: ${line}\n`);

async function bootOnce(): Promise<Record<string, unknown>> {
  const beginMs = performance.now();
  const qemu = await ensureQemu(announce);
  const image = await udpsecGuest.prepare({ announce, agent: PLACEHOLDER_AGENT });
  const choice = await raceOurs(qemu, { wish: "auto", announce });
  const startMs = performance.now();
  const artifactsFolder = await mkdtemp(join(tmpdir(), "udpsec-boot-"));
  const seen = new Map<string, number>();
  let transcript = "";
  const onSerial = (chunk: Uint8Array): void => {
    transcript += Buffer.from(chunk).toString("latin1");
    for (const text of [INIT_UP_LINE, "placeholder: up"]) {
      if (!seen.has(text) && transcript.includes(text)) seen.set(text, Math.round(performance.now() - startMs));
    }
  };
  const nics = [
    { namespace: "root", address: "10.0.0.1/24" },
    { namespace: "second", address: "10.0.0.2/24" },
  ] as const;
  const guest = udpsecGuest.launch(image, { nics, config: CONFIG });
  const networks = [{ kind: "hub", macs: ["52:54:00:12:34:01", "52:54:00:12:34:02"] }] as const;
  const spec = { name: "vm", guest, networks, hasRng: true, accelerator: choice.accelerator };
  try {
    const machine = await startMachine(spec, { qemu, artifactsFolder, onSerial });
    const exit = await machine.exited;
    const report = parseInitReport(await readFile(machine.initLogPath, "utf8"));
    return {
      accelerator: choice,
      prepareMs: Math.round(startMs - beginMs),
      initUpMs: seen.get(INIT_UP_LINE),
      agentDoneMs: seen.get("placeholder: up"),
      poweredOffMs: Math.round(performance.now() - startMs),
      exit,
      facts: Object.fromEntries(report.facts),
    };
  } finally {
    await rm(artifactsFolder, { recursive: true, force: true });
  }
}

await runProgram("boot-times", async ([count]) => {
  for (let left = readCount(count, "COUNT", 1); left > 0; left -= 1) {
    process.stdout.write(`${JSON.stringify(await bootOnce())}\n`);
  }
  return EXIT.passed;
});
