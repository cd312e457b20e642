/** docs/two-hosts.md, command by command, with both hosts on loopback. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LIMIT_RANGES } from "../../contract/configuration.ts";
import { freePort } from "../../harness/host/free-port.ts";
import { projectRoot } from "../../harness/host/project-root.ts";

const SIDES = ["left", "right"] as const;
type Side = (typeof SIDES)[number];
const LIMIT_MS = 170_000;
const LOOPBACK = "127.0.0.1";

const text = readFileSync(join(projectRoot(), "docs/two-hosts.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "two-hosts-"));
const daemons: ChildProcess[] = [];

afterAll(() => {
  for (const daemon of daemons) daemon.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** The commands of the page that begin so, as words; what they name in `build` is in a folder of this test. */
function commands(start: string, side: Side): string[][] {
  const blocks = [...text.matchAll(/```(\w*)\n(.*?)```/gs)].flatMap(([, language = "", block = ""]) =>
    ["", "sh"].includes(language) ? block.split("\n") : [],
  );
  const found = blocks.map((line) => line.replace(/^\$ | +#.*/g, "")).filter((line) => line.startsWith(start));
  expect(found, start).not.toEqual([]);
  return found.map((line) =>
    line
      .split(" ")
      .map((word) =>
        /^build\/(left|right|two-hosts)/.test(word)
          ? join(folder, word.slice("build/".length).replace("left", side))
          : word,
      ),
  );
}

async function run([program = "", ...words]: readonly string[]) {
  return execa(program, words, { cwd: projectRoot(), reject: false });
}

function canCapture(): boolean {
  try {
    execFileSync("dumpcap", ["-i", "lo", "-a", "duration:1", "-q", "-w", join(folder, "trial")], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The page's configuration for one side, with the keys of the files and places on loopback. */
function configuration(side: Side, ports: ReadonlyMap<string, number>): string {
  const [, page = ""] = /```json\n(.*?)```/s.exec(text) ?? [];
  const other = side === "left" ? "right" : "left";
  // The other way round.
  const own =
    side === "left"
      ? page
      : page
          .replaceAll("left", "@")
          .replaceAll("right", "left")
          .replaceAll("@", "right")
          .replace('"dial": true', '"dial": false')
          .replace("37025", "!")
          .replace("37026", "37025")
          .replace("!", "37026")
          .replace("37027", "!")
          .replace("37028", "37027")
          .replace("!", "37028");
  const keys = new Map<string, string>(
    [side, other].flatMap((name) => {
      const file = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Record<string, string>;
      return Object.entries(file).map(([key, value]) => [`<${name}.${key}>`, value] as const);
    }),
  );
  return own
    .replace(/<[^>]+>/g, (name) => keys.get(name) ?? name)
    .replace(/192\.0\.2\.\d/g, LOOPBACK)
    .replace(/"port": (\d+)/g, (_, port: string) => `"port": ${ports.get(port) ?? 0}`)
    .replace('"keyLog": false', '"keyLog": true');
}

/** Starts a daemon as the page says. @returns once it has printed the line */
async function start(side: Side, line: string): Promise<ChildProcess> {
  const [[program = "", ...words] = []] = commands("node build/dsoftbusd.mjs", side);
  const daemon = spawn(program, words, { cwd: projectRoot(), stdio: ["ignore", "pipe", "inherit"] });
  daemons.push(daemon);
  if (daemon.stdout === null) throw new Error("no stdout");
  const lines = createInterface({ input: daemon.stdout });
  for await (const said of lines) if (said.includes(line)) return daemon;
  throw new Error(`${side} ended without "${line}"`);
}

async function ended(daemon: ChildProcess): Promise<number | null> {
  daemon.kill("SIGTERM");
  if (daemon.exitCode === null) await once(daemon, "exit");
  return daemon.exitCode;
}

const isCapturing = canCapture();
let statuses: (number | null)[] = [];

beforeAll(async () => {
  for (const side of SIDES) {
    const [keygen = []] = commands("./scripts/udpsec keygen", side);
    expect(await run(keygen)).toMatchObject({ exitCode: 0 });
  }
  const ports = new Map<string, number>();
  for (const port of ["37025", "37026", "37027", "37028"]) ports.set(port, await freePort());
  for (const side of SIDES)
    writeFileSync(join(folder, `${side}-daemon.json`), configuration(side, ports), { mode: 0o600 });
  const [bundle = []] = commands("node scripts/bundle.mjs", "left");
  expect(await run(bundle)).toMatchObject({ exitCode: 0 });
  const filter = ["37025", "37026"].map((port) => `port ${ports.get(port) ?? 0}`).join(" or ");
  const words = ["-q", "-i", "lo", "-f", filter, "-w", join(folder, "two-hosts.pcapng")];
  const capture = isCapturing ? spawn("dumpcap", words, { stdio: "ignore" }) : undefined;
  if (capture !== undefined) await new Promise((resolve) => setTimeout(resolve, 1_500));
  const right = await start("right", "listener up");
  const left = await start("left", "session ok");
  // What the greeting says after it.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  statuses = [await ended(left), await ended(right)];
  if (capture === undefined) return;
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  capture.kill("SIGINT");
  await once(capture, "exit");
}, LIMIT_MS);

it("two daemons come to a session, and end in order", () => {
  expect(statuses).toEqual([0, 0]);
  for (const side of SIDES) expect(statSync(join(folder, `${side}.json`)).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, "left.ndjson"), "utf8")).toContain("transport selected udp-sec");
});

it.skipIf(!isCapturing)(
  "what they said is judged by their events and identities",
  async () => {
    const [judge = []] = commands("./scripts/udpsec judge", "left");
    const { exitCode, stdout } = await run(judge);
    expect(stdout).toMatch(/^kept: 1 sessions to their end/m);
    expect(exitCode).toBe(0);
  },
  LIMIT_MS,
);

it("the page's configuration is complete", () => {
  const [, page = ""] = /```json\n(.*?)```/s.exec(text) ?? [];
  const daemon = (JSON.parse(page) as { processes: Record<string, object>[] }).processes[0] ?? {};
  expect(Object.keys(daemon["limits"] ?? {}).sort()).toEqual(Object.keys(LIMIT_RANGES).sort());
  const table = readFileSync(join(projectRoot(), "docs/daemon.md"), "utf8");
  const [, rows = ""] = /A process with `"kind": "dsoftbusd"`:\n\n(.*?)\n\n/s.exec(table) ?? [];
  const keys = [...rows.matchAll(/^\| `(\w+)`/gm)].map(([, key = ""]) => key);
  expect(keys.length).toBeGreaterThan(8);
  // For tests alone.
  expect(keys.filter((key) => key !== "endsAfter").sort()).toEqual(
    Object.keys(daemon)
      .filter((key) => key !== "kind")
      .sort(),
  );
});
