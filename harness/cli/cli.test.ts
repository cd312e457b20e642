import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { profileFolder } from "../profiles/load.ts";
import { RULE_TEXTS } from "../evidence/rules/rule-texts.ts";
import { VERDICT_CODES, VERDICT_TEXTS } from "../markers/verdict-codes.ts";
import { formatHelp, parseCommandArguments, type Command } from "./command.ts";
import { explain } from "./explain-command.ts";
import { doctorCommand } from "./doctor-command.ts";
import { imageCommand } from "./image-command.ts";
import { listCommand } from "./list-command.ts";
import { ERROR_TEXTS } from "./explain-texts.ts";
import { COMMANDS } from "./commands.ts";
import { dispatch } from "./dispatch.ts";
import { EXIT, exitOfRuns } from "./exit-codes.ts";
import { matrixCommand } from "./matrix-command.ts";
import { dealOut } from "./shards/deal-out.ts";
import { testCommand } from "./test-command.ts";
import { readTestOptions } from "./test-options.ts";

const read = (args: string[], environment: NodeJS.ProcessEnv = {}) =>
  readTestOptions(parseCommandArguments(testCommand, args), environment);
const names = (args: string[]): string[] => read(args).profiles.map(({ profile }) => profile.name);

function usageOf(args: string[], environment: NodeJS.ProcessEnv = {}): string {
  try {
    read(args, environment);
  } catch (error) {
    const { message, hint } = error as { message: string; hint: string };
    return `${message} | ${hint}`;
  }
  return "accepted";
}

describe("options of udpsec test", () => {
  it("default to the ladder of udp-sec, that of the fallback, and the longest run beside them", () => {
    expect(names([])).toEqual(["udp-sec", "two-party", "tcp-fallback"]);
    expect(names(["--profile=rng-gate", "--profile", "udp-sec", "--profile", "rng-gate"])).toEqual([
      "rng-gate",
      "udp-sec",
    ]);
    expect(names(["--profile", "all"]).length).toBeGreaterThanOrEqual(4);
  });

  it("find the profile of a replayed run where it was, be it no profile of the project", () => {
    const folder = mkdtempSync(join(tmpdir(), "udpsec-replay-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const profilePath = join(folder, "mine.toml");
    const text = readFileSync(join(profileFolder(), "rng-gate.toml"), "utf8");
    writeFileSync(profilePath, text.replace('name = "rng-gate"', 'name = "mine"'));
    const summary = { profile: "mine", profilePath, seed: "7", passed: false, code: "hung", detail: "x", scale: 1 };
    writeFileSync(join(folder, "summary.json"), JSON.stringify({ ...summary, rungs: [], nodes: [] }));
    writeFileSync(join(folder, "decisions.ndjson"), "");
    const { profiles, seeds } = read(["--replay", folder]);
    expect([profiles.map(({ path }) => path), seeds]).toEqual([[profilePath], ["7"]]);
  });

  it("take all profiles of a world, and nothing that means nothing there", () => {
    expect(names(["--profile", "all", "--world", "sim"])).toContain("cross-vm-loss");
    expect(names(["--profile", "all", "--world", "sim"])).not.toContain("host-peer");
    expect(usageOf(["--world", "simm"])).toMatch(/no world simm/);
    expect(usageOf(["--world", "sim", "--accel", "tcg"])).toMatch(/--accel means nothing in virtual time/);
    for (const flag of ["--print-cmd", "--keep-on-failure"])
      expect(usageOf(["--world", "sim", flag])).toMatch(`${flag} means nothing in virtual time`);
  });

  it.each([
    [["--profile", "upd-sec"], /no profile upd-sec \| did you mean udp-sec\?/],
    [["--profle", "x"], /no option --profle \| did you mean --profile\?/],
    [["--profile"], /--profile needs a value/],
    [["--json=yes"], /--json takes no value/],
    [["upd-sec"], /no profile upd-sec \| did you mean udp-sec\?/],
    [["cross-wm*"], /no profile is called cross-wm\* \| udpsec list/],
    [["--grep", "("], /--grep \(: .*\| a regular expression/],
    [["--grep", "no such words"], /none of \d+ profiles matches --grep no such words \| udpsec list/],
    [
      ["cross-vm*", "--grep", "^cross-vm-loss:", "--shard", "1/2"],
      /--shard 1\/2: there is 1 profile \| .*leave --shard out/,
    ],
    [["udp-sec", "tcp-fallback", "--shard", "1/3"], /there are 2 profiles \| at most --shard K\/2/],
    [["--jobs", "0"], /--jobs 0 is not a number from 1 to 256/],
    [["--retries", "3"], /no option --retries \| nothing is tried again/],
    [["--fail-fast"], /no option --fail-fast \| --bail/],
    [["-x"], /no option -x \| --bail/],
    [["-k", "udp"], /no option -k \| profiles are chosen by name/],
    [["--reporter", "junti"], /no reporter junti \| did you mean junit\?/],
    [["--reporter", "tap="], /--reporter tap=: no file/],
    [
      ["--reporter", "tap", "--reporter", "junit"],
      /tap and junit would both write to stdout \| .*--reporter junit=FILE/,
    ],
    [["--json", "--reporter", "tap"], /tap and json would both write/],
    [["--reporter", "junit=/proc/none/x.xml"], /--reporter: \/proc\/none\/x.xml can't be written: .*ENOENT/],
    [["--repeat", "0"], /--repeat 0/],
    [["--repeat", "1001"], /from 1 to 1000/],
    [["--seed", "a b"], /--seed a b/],
    [["--accel", "kmv"], /no accelerator kmv \| did you mean kvm\?/],
    [["--timeout", "soon"], /--timeout: soon is no duration/],
    [["--timeout", "25d"], /--timeout: 25d is no duration \| .*at most 24d/],
    [["--seed", "--json"], /--seed needs a value/],
    [["--constructor"], /no option --constructor/],
  ])("%o is refused with what would fit", (args, expected) => {
    expect(usageOf(args)).toMatch(expected);
  });

  it("take the environment where no option says otherwise", () => {
    expect(read([], { RUN_TIMEOUT: "190s" }).timeoutMs).toBe(190_000);
    expect(read(["--timeout", "3m"], { RUN_TIMEOUT: "190s" }).timeoutMs).toBe(180_000);
    expect(read([], { RUN_UNTIL_MARKER: "1" }).untilMarker).toBe(true);
    expect(read([], {}).requireEvidence).toBe(false);
    expect(read(["--require-evidence"]).requireEvidence).toBe(true);
    expect(usageOf(["--world", "sim", "--require-evidence"])).toMatch(/--require-evidence means nothing/);
    expect(read([], { LOG_DIR: "/tmp/logs" }).runsFolder).toBe("/tmp/logs");
    expect(read(["--output-dir", "/o"], { LOG_DIR: "/tmp/logs" }).runsFolder).toBe("/o");
    expect(usageOf([], { RUN_TIMEOUT: "x" })).toMatch(/RUN_TIMEOUT: x/);
    expect(usageOf([], { RUN_UNTIL_MARKER: "yes" })).toMatch(/neither 0 nor 1/);
    expect(() => read([], { RUN_PHASE: "net" })).toThrow("udp-sec has no phases");
    expect(read([], { RUN_PHASE: "" }).phase).toBeUndefined();
  });

  it("give every repeat a seed of its own", () => {
    expect(read(["--repeat", "3", "--seed", "q"]).seeds).toEqual(["q-1", "q-2", "q-3"]);
    expect(read(["--seed", "q"]).seeds).toEqual(["q"]);
    expect(new Set(read(["--repeat", "1000"]).seeds).size).toBe(1000);
  });
});

it.each([matrixCommand, listCommand, imageCommand, doctorCommand])(
  "udpsec $name takes options alone",
  async (command) => {
    const { stdout, stderr } = process;
    const io = { stdout, stderr, environment: {}, signal: new AbortController().signal };
    const wanted = { code: "usage", message: `udpsec ${command.name} takes no argument stray` };
    await expect(command.run(parseCommandArguments(command, ["stray"]), io)).rejects.toMatchObject(wanted);
  },
);

describe("the command line as a whole", () => {
  const said = async (...args: string[]): Promise<{ status: number; text: string }> => {
    let text = "";
    const stdout = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        text += chunk;
        done();
      },
    }) as NodeJS.WriteStream;
    const io = { stdout, stderr: process.stderr, environment: {}, signal: new AbortController().signal };
    return { status: await dispatch(args, io), text };
  };

  it("tells its version, and suggests for a word that is no command", async () => {
    expect(await said("--version")).toMatchObject({
      status: 0,
      text: expect.stringMatching(/^udpsec \d+\.\d+\.\d+\n$/) as string,
    });
    await expect(said("matrx")).rejects.toMatchObject({ code: "usage", hint: "did you mean matrix?" });
    await expect(said("--versoin")).rejects.toMatchObject({ code: "usage", hint: "did you mean --version?" });
  });

  it("lists every command, and each tells its exit statuses", async () => {
    const { text } = await said("--help");
    for (const { name, summary } of COMMANDS)
      expect(text).toMatch(new RegExp(`^  ${name} +${summary}$`.replace(/[()?]/g, "."), "m"));
    for (const status of Object.values(EXIT)) expect(text).toMatch(new RegExp(`^  ${status} `, "m"));
    for (const { name } of COMMANDS) {
      const help = (await said(name, "--help")).text;
      for (const status of [0, 2, 129, 130, 141, 143]) expect(help, name).toMatch(new RegExp(`^  ${status} `, "m"));
    }
  });
});

describe("exit status", () => {
  const idle = new AbortController().signal;
  const result = (code: Parameters<typeof exitOfRuns>[0][number]["code"]) => ({ code, passed: code === "passed" });

  it.each([
    [["passed", "passed"], 0],
    [["passed", "contradicted"], 1],
    [["timed-out", "hung"], 1],
    [["timed-out", "passed"], 124],
    [["setup-failed", "hung"], 2],
    [[], 2],
  ] as const)("%o: %i", (codes, expected) => {
    expect(exitOfRuns(codes.map(result), idle)).toBe(expected);
  });

  it.each([
    [["passed"], [1], 1],
    [["timed-out"], [1], 1],
    [["passed", "contradicted"], [1, 2], 2],
    [[], [1], 1],
  ] as const)("%o beside runs that threw %o: %i", (codes, thrown, expected) => {
    expect(exitOfRuns(codes.map(result), idle, thrown)).toBe(expected);
  });

  it.each([
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])("%s: %i", (signal, expected) => {
    expect(exitOfRuns([result("passed")], AbortSignal.abort(signal))).toBe(expected);
  });
});

describe("help and explain", () => {
  it("explains every option with an example of its use", () => {
    const help = formatHelp(testCommand);
    for (const name of Object.keys(testCommand.options)) expect(help).toContain(`--${name}`);
    expect(help).toContain("examples\n  udpsec test");
    expect(help.split("\n").every((line) => line.length <= 140)).toBe(true);
  });

  it("has no code twice", () => {
    const codes = [...VERDICT_CODES, ...Object.keys(RULE_TEXTS), ...Object.keys(ERROR_TEXTS)];
    expect(new Set(codes).size).toBe(codes.length);
  });

  it("explains every evidence rule, alone and as what a verdict went by", () => {
    expect(explain("machine-ending").text).toContain("as its profile says");
    expect(explain("contradicted/machine-ending").text).toMatch(/evidence says otherwise.*\n.*as its profile says/s);
    expect(explain("bulk-content").text).toContain("computed anew by the harness");
    const { text, hint } = explain("contradicted/bulk-content");
    expect(text).toContain("computed anew by the harness");
    expect([text, hint]).toEqual([expect.stringContaining(VERDICT_TEXTS.contradicted.title), expect.any(String)]);
    expect(() => explain("contradicted/bulk-contents")).toThrow(/there is no code contradicted\/bulk-contents/);
    expect(() => explain("contradict/bulk-content")).toThrow(/there is no code/);
    expect(() => explain("contradicted/bulk-content/x")).toThrow(/there is no code/);
    const near = { code: "usage", hint: "did you mean contradicted/bulk-content?" };
    for (const code of ["contradicted/bulk-contnt", "contradictd/bulk-content", "contradict/bulk-contents"])
      expect(() => explain(code)).toThrow(expect.objectContaining(near));
    expect(() => explain("bulk-content/contradicted")).toThrow(
      expect.objectContaining({ hint: "udpsec explain lists all" }),
    );
    for (const inherited of ["constructor", "contradicted/toString"])
      expect(() => explain(inherited)).toThrow(/there is no code/);
  });

  it("suggests for any command", () => {
    const command: Command = { ...testCommand, name: "x", options: { wide: { type: "boolean", help: "w" } } };
    const wanted = { code: "usage", hint: "did you mean --wide? udpsec x --help explains the options" };
    expect(() => parseCommandArguments(command, ["--wdie"])).toThrow(expect.objectContaining(wanted));
  });
});

describe("shards of the matrix", () => {
  const profiles = [3, 1, 1, 2, 1].map((cost, at) => ({ name: `p${at}`, cost }));

  it("share all profiles, the heavy ones apart", () => {
    expect(dealOut(profiles, 2)).toEqual([
      ["p0", "p2"],
      ["p3", "p1", "p4"],
    ]);
    expect(dealOut(profiles, 1)).toEqual([["p0", "p3", "p1", "p2", "p4"]]);
  });

  it("are never empty", () => {
    expect(dealOut(profiles, 9).map((names) => names.length)).toEqual([1, 1, 1, 1, 1]);
  });
});
