/** `npm run -s attacks`: every attack against the stack as it is, and against the twin without its one defence. */
import { execa } from "execa";
import type { Spoils } from "../../attacks/attack.ts";
import { ATTACKS } from "../../attacks/index.ts";
import { bundleAttackers, checkCatalogue } from "../../attacks/twin.ts";
import { readOptions, runDeveloperTool, ToolUsageError } from "../developer-tool.ts";

/** All attacks together take some seconds; what takes longer hangs. */
const RUN_TIMEOUT_MS = 120_000;

const HELP = `usage: npm run -s attacks -- [--only ID]... [--fast] [--list]

Adversaries against the stack. Each must win nothing against it as it is, and must win once its one defence is taken out (its twin);
against that twin no other attack may win.

  --only ID   just the twin of this attack (repeatable)
  --fast      every attack against the stack, and every fourth twin
  --list      the attacks, what they are after, and the rule against them

Ends with "N passed, N failed, N skipped". Exit status: 0 all passed, 1 something failed, 2 usage.
`;

const boolean = { type: "boolean" } as const;
const OPTIONS = { only: { type: "string", multiple: true }, fast: boolean, list: boolean, help: boolean } as const;

await runDeveloperTool("attacks", main);

async function main(args: string[]): Promise<number> {
  const { only = [], fast, list, help } = readOptions({ args, options: OPTIONS }).values;
  if (help === true) return say(HELP);
  if (list === true) return say(ATTACKS.map(({ id, aim, rule }) => `${id}\n  ${aim}\n  ${rule}\n`).join(""));
  const unknown = only.filter((id) => !ATTACKS.some((attack) => attack.id === id));
  if (unknown.length > 0) throw new ToolUsageError(`no attack ${unknown.join(", ")}; --list names them`);
  const root = process.cwd();
  const complaints = checkCatalogue(root, ATTACKS);
  for (const complaint of complaints) process.stdout.write(`FAIL ${complaint}\n`);
  if (complaints.length > 0) return close(0, complaints.length);
  const intact = await attack(await bundleAttackers(root, "intact", undefined));
  let passed = 0;
  let failed = 0;
  for (const [index, { id, defence }] of ATTACKS.entries()) {
    if (only.length > 0 && !only.includes(id)) continue;
    const won = intact[id];
    const hasTwin = fast !== true || index % 4 === 0;
    let complaint = won === null ? undefined : `wins against the stack: ${won ?? "it did not run"}`;
    if (complaint === undefined && hasTwin) {
      complaint = complaintAboutTwin(id, await attack(await bundleAttackers(root, id, defence)));
    }
    if (complaint === undefined) passed += 1;
    else failed += 1;
    process.stdout.write(complaint === undefined ? `ok   ${id}\n` : `FAIL ${id}: ${complaint}\n`);
  }
  return close(passed, failed);
}

function complaintAboutTwin(id: string, spoils: Spoils): string | undefined {
  if (spoils[id] === null) return "wins nothing against the twin without its defence: it proves nothing";
  const others = Object.entries(spoils).filter(([other, won]) => other !== id && won !== null);
  if (others.length === 0) return undefined;
  return `without its defence others win too: ${others.map(([other, won]) => `${other} (${won ?? ""})`).join("; ")}`;
}

async function attack(bundlePath: string): Promise<Spoils> {
  const { stdout } = await execa(process.execPath, [bundlePath], { timeout: RUN_TIMEOUT_MS, stdin: "ignore" });
  return JSON.parse(stdout) as Spoils;
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

function close(passed: number, failed: number): number {
  process.stdout.write(`${passed} passed, ${failed} failed, 0 skipped\n`);
  return failed === 0 ? 0 : 1;
}
