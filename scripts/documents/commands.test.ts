/** What the documents tell somebody to type exists: programs, scripts of npm, commands, options, names of profiles and scenarios. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { SCENARIOS } from "../../guest/sim/scenarios/catalogue.ts";
import { CASES } from "../../harness/conform/cases/index.ts";
import { chooseCases } from "../../harness/conform/run/choose-cases.ts";
import { EXIT } from "../../harness/cli/exit-codes.ts";
import { projectRoot } from "../../harness/host/project-root.ts";
import { profileNames } from "../../harness/profiles/load.ts";
import { STAGES } from "../stages.ts";

const HELP_TIMEOUT_MS = 120_000;
/** Profiles that a document writes. */
const WRITTEN_THERE = ["my-link", "build/my-os/my-os.toml"];

interface TypedCommand {
  readonly document: string;
  readonly words: readonly string[];
}

const documents = [
  "README.md",
  ...readdirSync(join(projectRoot(), "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `docs/${path}`),
];
const textOf = (document: string): string => readFileSync(join(projectRoot(), document), "utf8");
const npmScripts = (JSON.parse(textOf("package.json")) as { readonly scripts: Readonly<Record<string, string>> })
  .scripts;

/** @returns the commands of the document's shell blocks, without their comments */
function commandsIn(document: string): TypedCommand[] {
  const blocks = [...textOf(document).matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block);
  const lines = blocks.flatMap((block) => block.split("\n")).map((line) => line.replace(/(?:^|\s)#.*/, "").trim());
  return lines.filter((line) => line !== "").map((line) => ({ document, words: line.split(/\s+/) }));
}

const commands = documents.flatMap(commandsIn);

/** @returns what to ask for its help, and the words that it gets; undefined if it has no help */
function programOf(
  words: readonly string[],
): { readonly ask: readonly string[]; readonly given: readonly string[] } | undefined {
  const [program = "", first = "", ...rest] = words.filter((word) => !/^[A-Z_]+=/.test(word));
  if (program === "./scripts/qemu-test.sh") return { ask: ["./scripts/udpsec", "test"], given: [first, ...rest] };
  if (program === "./scripts/test.sh") return { ask: [program], given: [first, ...rest] };
  if (program === "./scripts/udpsec") return { ask: [program, first], given: rest };
  if (program === "npm") {
    const script = rest.find((word) => !word.startsWith("-")) ?? "";
    const given = rest.slice(rest.indexOf(script) + 1);
    expect(npmScripts, `npm run ${script}`).toHaveProperty(script);
    // Asked only about options: what knows none would begin its work.
    return given.some((word) => word.startsWith("--") && word !== "--")
      ? { ask: (npmScripts[script] ?? "").split(" "), given }
      : undefined;
  }
  return undefined;
}

const helps = new Map<string, Promise<string>>();

/** @throws if the program has no such command */
function helpOf(ask: readonly string[]): Promise<string> {
  const key = ask.join(" ");
  let help = helps.get(key);
  if (help === undefined) {
    const [file = "", ...args] = ask;
    help = execa(file, [...args, "--help"], { cwd: projectRoot() }).then(({ stdout }) => stdout);
    helps.set(key, help);
  }
  return help;
}

describe("commands of the documents", () => {
  it("are there at all", () => expect(commands.length).toBeGreaterThan(20));

  it.each(commands)(
    "$document: $words",
    async ({ words }) => {
      const [program = "", first = "", entry = ""] = words;
      if (program.startsWith("./")) expect(existsSync(join(projectRoot(), program)), program).toBe(true);
      else expect(["npm", "npx", "node", "mkdir"]).toContain(program);
      if (program === "node") expect(existsSync(join(projectRoot(), entry)), entry).toBe(true);
      if (program === "npx") expect([first, existsSync(join(projectRoot(), words[3] ?? ""))]).toEqual(["vitest", true]);
      const asked = programOf(words);
      if (asked === undefined) return;
      const options = asked.given.flatMap((word) => /^(--[a-z-]+)/.exec(word)?.[1] ?? []);
      const help = await helpOf(asked.ask);
      for (const option of options)
        expect(help.split(/[\s,|[\]]+/), `${asked.ask.join(" ")} ${option}`).toContain(option);
    },
    HELP_TIMEOUT_MS,
  );

  it("name profiles, scenarios and stages that exist", () => {
    const known: Readonly<Record<string, readonly string[]>> = {
      "--profile": [...profileNames(), "all", ...WRITTEN_THERE],
      "--scenario": [...SCENARIOS.map(({ scenario }) => scenario.name), "all"],
      "--only": STAGES.map(({ name }) => name),
    };
    for (const { document, words } of commands) {
      const pairs = words.join(" ").matchAll(/(--profile|--scenario|--only)[ =](\S+)/g);
      const isOfCases = words.includes("conform");
      for (const [, option = "", name = ""] of pairs)
        if (isOfCases) expect(chooseCases(CASES, { only: [name], isQuick: false }), name).not.toEqual([]);
        else expect(known[option], `${document}: ${option} ${name}`).toContain(name);
    }
  });

  it("in running text name scripts of npm that exist", () => {
    const named = documents.flatMap((document) => [...textOf(document).matchAll(/npm run (?:-s )?([a-z-]+)/g)]);
    expect(named.length).toBeGreaterThan(5);
    expect(named.map(([, name = ""]) => name).filter((name) => npmScripts[name] === undefined)).toEqual([]);
  });
});

it("README.md tells every exit status", () => {
  const [, told = ""] = /^Exit status: (.*?)\. `--json`/ms.exec(textOf("README.md")) ?? [];
  const numbers = [...told.matchAll(/\d+/g)].map(([number]) => Number(number));
  expect(numbers.sort((a, b) => a - b)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
});
