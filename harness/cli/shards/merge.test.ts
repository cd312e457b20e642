import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseCommandArguments } from "../command.ts";
import { mergeCommand } from "../merge-command.ts";
import { testCommand } from "../test-command.ts";
import { readTestOptions } from "../test-options.ts";
import type { ShardRecord } from "./shard-record.ts";

const { remembered, equip } = vi.hoisted(() => ({ remembered: [] as string[], equip: vi.fn<() => Promise<never>>() }));
vi.mock("../../run/request/equipment.ts", async (original) => ({ ...(await original<object>()), equip }));
vi.mock("../../history/history.ts", async (original) => ({
  ...(await original<object>()),
  rememberEntry: (_: string, profile: string) => void remembered.push(profile),
}));

const entry = {
  at: "2026-01-01T00:00:00.000Z",
  seed: "s",
  accelerator: "tcg",
  code: "passed",
  machineMs: 5_000,
  scale: 1,
};
const run = (profile: string, code = "passed") => ({
  ...{ profile, passed: code === "passed", cut: false, fullCode: code, detail: code, folder: `${profile}--run` },
  entry: { ...entry, code },
});
const shard = (number: number, profiles: string[], more: Partial<ShardRecord> = {}): ShardRecord => ({
  ...{ version: 1, shard: number, of: 2, asked: ["a", "b", "c"], profiles, repeats: 1, exitStatus: 0, thrown: [] },
  runs: profiles.map((name) => run(name)),
  ...more,
});

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "shards-"));
  remembered.length = 0;
});
afterEach(() => rmSync(root, { recursive: true }));

/** @returns folders as shards leave them */
function left(...records: readonly ShardRecord[]): string[] {
  return records.map((record, at) => {
    const folder = join(root, `${at}`);
    for (const one of record.runs) mkdirSync(join(folder, one.folder ?? ""), { recursive: true });
    for (const one of record.runs) writeFileSync(join(folder, one.folder ?? "", "summary.json"), "{}");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `shard-${record.shard}-of-${record.of}.json`), JSON.stringify(record));
    return folder;
  });
}

async function merge(folders: readonly string[], ...options: string[]) {
  const said = { stdout: "", stderr: "" };
  const output = (name: keyof typeof said) => ({ write: (text: string) => ((said[name] += text), true), isTTY: false });
  const io = {
    stdout: output("stdout"),
    stderr: output("stderr"),
    environment: {},
    signal: new AbortController().signal,
  };
  const parsed = parseCommandArguments(mergeCommand, [...folders, ...options]);
  const status = await mergeCommand.run(parsed, io as unknown as Parameters<typeof mergeCommand.run>[1]);
  return { status, ...said };
}

describe("shards of a batch", () => {
  it("end as the one batch that they are, and their durations are remembered", async () => {
    const { status, stdout, stderr } = await merge(left(shard(1, ["a", "b"]), shard(2, ["c"])));
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("passed  c  seed s  5.0 s\n");
    expect(stdout).toContain("machines ran 15.0 s\n3 passed, 0 failed, 0 skipped\n");
    expect(remembered).toEqual(["a", "b", "c"]);
  });

  it.each<[number, Partial<ShardRecord>]>([
    [1, { exitStatus: 1, runs: [run("c", "hung")] }],
    [124, { exitStatus: 124, runs: [run("c", "timed-out")] }],
    [2, { exitStatus: 2, runs: [run("c", "setup-failed")] }],
    [2, { exitStatus: 2, runs: [], thrown: [2] }],
    [130, { exitStatus: 130, runs: [] }],
  ])("have exit status %d if one of them had it", async (wanted, second) => {
    const { status, stdout } = await merge(left(shard(1, ["a", "b"]), shard(2, ["c"], second)));
    expect(status).toBe(wanted);
    expect(stdout).toMatch(/2 passed, [01] failed, [01] skipped\n$/);
  });

  it.each<[string, () => string[], string]>([
    ["that is missing", () => left(shard(1, ["a", "b"])), "shard 2 of 2 is missing"],
    [
      "that broke off",
      () => left(shard(1, ["a", "b"]), shard(2, ["c"], { exitStatus: undefined })),
      "shard 2 of 2 broke off",
    ],
    [
      "that is there twice",
      () => left(shard(1, ["a", "b"]), shard(2, ["c"]), shard(2, ["c"])),
      "shard 2 of 2 is there twice",
    ],
    ["with a profile of another", () => left(shard(1, ["a", "b"]), shard(2, ["b", "c"])), "two shards ran b: 1 and 2"],
    ["without a profile that nobody has", () => left(shard(1, ["a"]), shard(2, ["c"])), "no shard ran b"],
    ["of another batch", () => left(shard(1, ["a", "b"]), shard(2, ["c"], { asked: ["c"] })), "is of another batch"],
    ["that left nothing", () => [...left(shard(1, ["a", "b"])), join(root, "none")], "none: there is no such folder"],
  ])("one %s is told, exit status 2", async (_, make, problem) => {
    const { status, stderr } = await merge(make());
    expect(status).toBe(2);
    expect(stderr).toContain(problem);
  });

  it("one with a record that is none, or without the folder of a run, is told", async () => {
    const folders = left(shard(1, ["a", "b"]), shard(2, ["c"]));
    rmSync(join(root, "0", "a--run"), { recursive: true });
    writeFileSync(join(root, "1", "shard-2-of-2.json"), "{");
    const { status, stderr } = await merge(folders);
    expect(status).toBe(2);
    expect(stderr).toContain("this is no record of a shard");
    expect(stderr).toContain("lacks the folder of a run");
  });

  it.each<[string, Partial<ShardRecord>]>([
    ["a thousand million shards", { of: 1_000_000_000 }],
    ["a profile that is a path", { runs: [{ ...run("c"), profile: "../../c" }] }],
  ])("one whose record says %s is none", async (_, more) => {
    const { status, stderr } = await merge(left(shard(1, ["a", "b"]), shard(2, ["c"], more)));
    expect(status).toBe(2);
    expect(stderr).toContain("this is no record of a shard");
    expect(remembered).toEqual(["a", "b"]);
  });

  it("a file is no folder of one", async () => {
    const [folder = ""] = left(shard(1, ["a", "b"]));
    const { status, stderr } = await merge([join(folder, "shard-1-of-2.json")]);
    expect(status).toBe(2);
    expect(stderr).toContain("there is no such folder");
  });

  it("are data with --json", async () => {
    const { stdout } = await merge(left(shard(1, ["a", "b"]), shard(2, ["c"])), "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 3,
      exitStatus: 0,
      problems: [],
      runs: [{ profile: "a" }, {}, {}],
    });
  });
});

describe("--shard K/N", () => {
  const read = (...args: string[]) => readTestOptions(parseCommandArguments(testCommand, args), { LOG_DIR: root });

  it("deals out every profile once", () => {
    const shards = [1, 2, 3].map((number) => read("--profile", "all", "--shard", `${number}/3`));
    const names = shards.flatMap(({ profiles }) => profiles.map(({ profile }) => profile.name)).sort();
    expect(names).toEqual(shards[0]?.shard?.asked);
    expect(new Set(names).size).toBe(names.length);
    for (const { profiles, shard: part } of shards)
      expect(profiles.map(({ profile }) => profile.name).sort()).toEqual([...(part?.profiles ?? [])].sort());
  });

  it.each(["0/2", "3/2", "1/65", "1", "a/b"])("%s is refused", (text) => {
    expect(() => read("--profile", "all", "--shard", text)).toThrow(/is not K\/N/);
  });

  it("of more parts than profiles is refused, and means nothing in virtual time", () => {
    expect(() => read("--shard", "4/4")).toThrow("there are 3 profiles");
    expect(() => read("--world", "sim", "--shard", "1/2")).toThrow("--shard means nothing in virtual time");
  });
});

it("a shard whose set-up fails leaves no green record of an earlier batch", async () => {
  equip.mockRejectedValueOnce(new Error("no machine"));
  const { readShardRecords } = await import("./shard-record.ts");
  const old = { ...shard(1, ["udp-sec", "two-party"]), asked: ["udp-sec", "two-party", "tcp-fallback"] };
  const [folder = ""] = left(old);
  const parsed = parseCommandArguments(testCommand, ["--shard", "1/2", "--output-dir", folder]);
  const output = { write: () => true, isTTY: false };
  const io = { stdout: output, stderr: output, environment: {}, signal: new AbortController().signal };
  await expect(testCommand.run(parsed, io as unknown as Parameters<typeof testCommand.run>[1])).rejects.toThrow(
    "no machine",
  );
  expect(readShardRecords(folder).found).toMatchObject([{ record: { shard: 1, runs: [] } }]);
  expect(readShardRecords(folder).found[0]?.record.exitStatus).toBeUndefined();
});

it("the record that a batch leaves is read again", async () => {
  const { readShardRecords, writeShardRecord } = await import("./shard-record.ts");
  const batch = { shard: 1, of: 1, asked: ["a"], profiles: ["a"], repeats: 1, runsFolder: join(root, "new") };
  writeShardRecord(batch);
  expect(readShardRecords(batch.runsFolder).found).toMatchObject([{ record: { shard: 1, runs: [] } }]);
  expect(readFileSync(join(root, "new/shard-1-of-1.json"), "utf8")).not.toContain("exitStatus");
  writeShardRecord(batch, { exitStatus: 1, thrown: [1], results: [] });
  expect(readShardRecords(batch.runsFolder).found).toMatchObject([{ record: { exitStatus: 1, thrown: [1] } }]);
});
