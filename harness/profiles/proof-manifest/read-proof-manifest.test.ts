import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { projectRoot } from "../../host/project-root.ts";
import { environmentOf, refusalOf } from "./proof-manifest.ts";
import { readProofManifest } from "./read-proof-manifest.ts";

const SMALL = join(projectRoot(), "fixtures/scripted/small-os");

describe("a manifest of a project", () => {
  const manifest = readProofManifest(join(SMALL, "manifest.toml"));
  const marker = (literal: string) => {
    const found = manifest.markers.find((one) => one.literal === literal);
    if (found === undefined) throw new RangeError(literal);
    return found;
  };

  it("is read from all of its files, markers file by file and phases in their order", () => {
    expect(manifest.markers.map(({ literal }) => literal).slice(0, 2)).toEqual(["stored: up", "TEST: disk read ok"]);
    expect(manifest.phases.map(({ name }) => name)).toEqual(["wake", "disk", "talk"]);
    expect(marker("TEST: clock ok")).toMatchObject({ phase: "wake", file: join(SMALL, "markers/wake.toml"), line: 8 });
    expect(manifest).toMatchObject({ defaultProfile: "full" });
  });

  it("says what the project's runner would find in its environment", () => {
    expect([...environmentOf(manifest, "two-cores")]).toEqual([
      ["CORES", "2"],
      ["DISPLAY", "none"],
    ]);
  });

  it("says what may not be printed in a profile, by its exact name, and where that is written", () => {
    expect(refusalOf(marker("TEST: second core ok"), "two-cores")).toBeUndefined();
    expect(refusalOf(marker("TEST: second core ok"), "full")).toMatch(/^emit_when = two-cores, .*wake\.toml:11\)$/);
    expect(refusalOf(marker("talkd: fallback"), "full")).toBeUndefined();
    expect(refusalOf(marker("talkd: fallback"), "no-fallback")).toMatch(/^forbidden_when = no-fallback/);
    const not = { ...marker("talkd: fallback"), forbidden_when: undefined, emit_when_not: { profile: "full" } };
    expect(refusalOf(not, "full")).toMatch(/^emit_when_not = full/);
  });
});

describe("errors name file, line, key and what would fit", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "manifest-"));
    cpSync(SMALL, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const errorAfter = (file: string, change: (text: string) => string): unknown => {
    const path = join(folder, file);
    writeFileSync(path, change(readFileSync(path, "utf8")));
    try {
      readProofManifest(join(folder, "manifest.toml"));
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it.each<[string, string, string, string, string]>([
    [
      "a key",
      "markers/wake.toml",
      "emit_when =",
      "emit_wen =",
      "wake.toml:13: unknown key emit_wen; did you mean emit_when?",
    ],
    [
      "a phase",
      "markers/later.toml",
      'phase = "disk"',
      'phase = "disc"',
      "later.toml:2: no phase disc; did you mean disk?",
    ],
    [
      "a clause",
      "markers/wake.toml",
      '"two-cores"',
      '"two-core"',
      "wake.toml:13: no profile two-core; did you mean two-cores?",
    ],
    [
      "a parent",
      "profiles/harness.toml",
      'extends = "full"',
      'extends = "ful"',
      "harness.toml:7: no profile ful; did you mean full?",
    ],
    [
      "a circle",
      "profiles/harness.toml",
      'runner = "run.sh"',
      'extends = "two-cores"',
      "harness.toml:2: profile full extends itself",
    ],
    ["an order", "phases.toml", "order = 3", "order = 2", "phases.toml:8: phase talk has the order of disk: 2"],
    ["a default", "manifest.toml", '= "full"', '= "fully"', "manifest.toml:4: no profile fully; did you mean full?"],
    ["a version", "manifest.toml", '= "2"', '= "1"', "manifest.toml:3: meta.schema_version: expected one of 2"],
    [
      "a pattern",
      "manifest.toml",
      "markers/*.toml",
      "marker/*.toml",
      "manifest.toml:8: markers: no file fits marker/*.toml",
    ],
    ["a table in the wrong file", "phases.toml", "[phase.wake]", '[marker."x"]', "phases.toml:1: unknown key marker"],
    [
      "a marker of two files",
      "markers/wake.toml",
      "TEST: clock ok",
      "stored: up",
      'wake.toml:8: marker "stored: up" is there twice',
    ],
    ["phases that run always", "profiles/runtime.toml", "runtime_only = true\n", "", "profile early runs every phase"],
    ["a pattern from /", "manifest.toml", '"markers/', '"/markers/', "manifest.toml:8: markers: a pattern begins at"],
    ["a pattern of the deep", "manifest.toml", "markers/*", "*/*/*/*/*/*/*/*/*", "a pattern has 8 parts at most"],
    ["a pattern of all folders", "manifest.toml", "markers/*", "**/*", "a pattern knows * and ?, within one name"],
    [
      "ten megabytes",
      "phases.toml",
      "order = 3",
      `order = 3 #${"x".repeat(10_000_000)}`,
      "phases.toml can't be read (more than 1 MiB)",
    ],
  ])("%s", (_, file, before, after, message) => {
    expect(errorAfter(file, (text) => text.replace(before, after))).toMatchObject({
      code: "proof-manifest-invalid",
      message: expect.stringContaining(message) as string,
    });
  });

  it("too many files, but not links that lead nowhere", () => {
    symlinkSync("nowhere", join(folder, "markers/lost.toml"));
    expect(errorAfter("manifest.toml", (text) => text)).toBeUndefined();
    for (let at = 0; at < 300; at += 1) writeFileSync(join(folder, `markers/m${at}.toml`), "");
    expect(errorAfter("manifest.toml", (text) => text)).toMatchObject({
      message: expect.stringMatching(/manifest\.toml:8: markers: 302 files fit .*, at most 256 are read\n/) as string,
    });
  });
});
