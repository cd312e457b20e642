/**
 * `npm run -s package`: packs the package, looks at it as registries and editors do, and uses it as a stranger would: in a project of its own,
 * outside of the clone, the examples with it. Last line: `N passed, N failed, 0 skipped`.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { projectRoot } from "../../harness/host/project-root.ts";
import { runDeveloperTool } from "../../guest/programs/developer-tool.ts";
import { packedFiles, unwanted } from "./packed-files.ts";

/** Fetched when they are run: nothing of the project stands on them. */
const PUBLINT = "publint@0.3.25";
const TYPES_CHECKER = "@arethetypeswrong/cli@0.18.5";
/** A project that tests with it, and compiles its tests. */
const OF_A_STRANGER = ["vitest", "typescript", "@types/node"];
const OLDEST_VITEST = "4.1.0";
const SHOWN_LINES = 40;

await runDeveloperTool("package", async () => {
  const root = projectRoot();
  const folder = mkdtempSync(join(tmpdir(), "udpsec-package-"));
  try {
    return await checkAll(root, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function checkAll(root: string, folder: string): Promise<number> {
  let passed = 0;
  let failed = 0;
  const check = async (what: string, work: () => Promise<string | undefined>): Promise<void> => {
    const problem = await work().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (problem === undefined) passed += 1;
    else failed += 1;
    process.stdout.write(problem === undefined ? `ok   ${what}\n` : `FAIL ${what}\n${tailOf(problem)}\n`);
  };
  const { stdout } = await execa("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: root,
    stderr: "inherit",
  });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("["))) as { readonly filename: string }[];
  const tarball = join(folder, packed?.filename ?? "");
  await check("holds what it should, and nothing else", async () => unwanted(await packedFiles(tarball)));
  await check("publint", () => says("npx", ["--yes", PUBLINT, tarball, "--strict"], folder));
  await check("attw", () => says("npx", ["--yes", TYPES_CHECKER, tarball, "--profile", "esm-only"], folder));

  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "stranger", "private": true, "type": "module" }\n');
  const versions = OF_A_STRANGER.map((name) => `${name}@${versionIn(root, name)}`);
  await check("can be installed", () =>
    says("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball, ...versions], project),
  );
  const installed = join(project, "node_modules/udpsec");
  const before = listingOf(installed);
  await check("npx udpsec --version", () => says("npx", ["udpsec", "--version"], project));
  await check("npx udpsec doctor", () => says("npx", ["udpsec", "doctor"], project));
  await check("npx udpsec sim", () =>
    says("npx", ["udpsec", "sim", "--scenario", "handshake", "--seeds", "1..1"], project),
  );
  for (const example of readdirSync(join(root, "examples")).sort()) {
    const own = join(project, example);
    cpSync(join(root, "examples", example), own, { recursive: true });
    const tests = readdirSync(own).filter((name) => name.endsWith(".test.ts"));
    const compile = ["tsc", "--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--types", "node"];
    await check(`examples/${example} compiles`, () => says("npx", [...compile, ...tests], own));
    await check(`examples/${example} passes`, () => says("npx", ["vitest", "run"], own));
    await check(`examples/${example} leaves its runs beside itself`, async () =>
      readdirSync(join(own, "build/runs")).length > 0 ? undefined : "no runs",
    );
  }
  await check("the oldest vitest that it says it fits passes examples/own-kernel", () => oldest(root, folder, tarball));
  // So an installation that nobody can write to works.
  await check("writes nothing where it is installed", async () =>
    listingOf(installed) === before ? undefined : "files of node_modules/udpsec have changed",
  );
  process.stdout.write(`${passed} passed, ${failed} failed, 0 skipped\n`);
  return failed === 0 ? 0 : 1;
}

/** The newest is that of the project itself. */
async function oldest(root: string, folder: string, tarball: string): Promise<string | undefined> {
  const project = join(folder, "oldest");
  cpSync(join(root, "examples/own-kernel"), project, { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "name": "oldest", "private": true, "type": "module" }\n');
  const install = ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball, `vitest@${OLDEST_VITEST}`];
  return (await says("npm", install, project)) ?? (await says("npx", ["vitest", "run"], project));
}

/** @returns what it said, if it doesn't end with status 0 */
async function says(program: string, args: readonly string[], cwd: string): Promise<string | undefined> {
  const { all, exitCode, shortMessage } = await execa(program, args, {
    ...{ cwd, all: true, reject: false, stdin: "ignore" },
    // As in a terminal of the stranger's own: nothing of this process's run speaks to it.
    env: { CI: "true", NO_COLOR: "1", LOG_DIR: "", UDPSEC_SEED: "", FORCE_COLOR: undefined },
  });
  return exitCode === 0 ? undefined : `${shortMessage ?? ""}\n${all}`;
}

function versionIn(root: string, name: string): string {
  const manifest = readFileSync(join(root, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

function listingOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    })
    .join("\n");
}

function tailOf(text: string): string {
  return text.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
}
