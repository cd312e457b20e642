import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  loadAllProfiles,
  loadMarkers,
  loadNamedProfile,
  loadNamedProfiles,
  parseProfiles,
  profileFolder,
} from "../load.ts";
import { splitNames } from "./variants.ts";

const LOSS = readFileSync(join(profileFolder(), "cross-vm-loss.toml"), "utf8");
const MATRIX = "[matrix]\nloss = [0.01, 0.05]\nmib = [1, 2]\n";
const TOML = LOSS.replace("probability = 0.05", 'probability = "${loss}"')
  .replace("bulkBytes = 262144", 'bulkBytes = "${mib}"')
  .replace('proves = "recovery', () => 'proves = "loses ${loss} of all, and $${this} stays: recovery')
  .replace("[network]", `${MATRIX}\n[network]`);

const folder = mkdtempSync(join(tmpdir(), "matrix-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "cross-vm-loss.toml");
writeFileSync(path, TOML);

const parse = (toml: string) => parseProfiles(toml, "x.toml", loadMarkers());
const errorOf = (toml: string): string => {
  try {
    parse(toml);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no error";
};

describe("a profile with a matrix", () => {
  const variants = parse(TOML);

  it("is a variant for each combination, by the name of its values", () => {
    expect(variants.map(({ profile }) => profile.name)).toEqual([
      "cross-vm-loss[loss=0.01,mib=1]",
      "cross-vm-loss[loss=0.01,mib=2]",
      "cross-vm-loss[loss=0.05,mib=1]",
      "cross-vm-loss[loss=0.05,mib=2]",
    ]);
  });

  it("has each value where its name stands: as it is where that is all, else written out", () => {
    const [, second] = variants;
    expect(second?.profile).toMatchObject({
      workload: { bulkBytes: 2 },
      network: { link: [{ faults: [{ kind: "drop", probability: 0.01 }] }, {}] },
      proves: expect.stringMatching(/^loses 0\.01 of all, and \$\{this\} stays: recovery/) as string,
    });
  });

  it("is all of them by its name, and one with its values", () => {
    expect(loadNamedProfiles(path)).toHaveLength(4);
    const [one, ...none] = loadNamedProfiles(`${path}[loss=0.05,mib=1]`);
    expect(none).toEqual([]);
    expect(one).toMatchObject({
      path: `${path}[loss=0.05,mib=1]`,
      profile: { name: "cross-vm-loss[loss=0.05,mib=1]" },
    });
    expect(loadNamedProfile(one?.path ?? "").profile).toEqual(one?.profile);
    expect(() => loadNamedProfile(path)).toThrow("is 4 profiles");
    expect(() => loadNamedProfiles(`${path}[loss=0.5,mib=1]`)).toThrow(/there is no profile .*; did you mean/);
    expect(() => loadNamedProfiles("udp-sec[loss=1]")).toThrow("there is no profile udp-sec[loss=1]");
    expect(loadAllProfiles(folder).loaded).toHaveLength(4);
  });

  it("is kept together where names are joined by commas", () => {
    expect(splitNames("a,b[x=1,y=2],c")).toEqual(["a", "b[x=1,y=2]", "c"]);
  });
});

const lineOf = (text: string): number => TOML.split("\n").findIndex((line) => line.includes(text)) + 1;

describe("errors of a matrix name the line", () => {
  it.each<[string, string, string]>([
    [
      "a name that isn't there",
      TOML.replace('"${loss}"', '"${los}"'),
      `x.toml:${lineOf("{ kind")}: no los in [matrix]; did you mean loss?`,
    ],
    ["a name that nobody says", TOML.replace('"${mib}"', "2"), `x.toml:${lineOf("mib =")}: nothing says "\${mib}"`],
    [
      "a value twice",
      TOML.replace("[0.01, 0.05]", "[0.01, 0.01]"),
      `x.toml:${lineOf("loss =")}: loss: 0.01 is there twice`,
    ],
    ["no value", TOML.replace("[0.01, 0.05]", "[]"), `x.toml:${lineOf("loss =")}: matrix.loss: `],
    ["a name that is none", TOML.replace("mib = [", "MIB = ["), "expected a short name"],
    [
      "too many",
      TOML.replace("[1, 2]", `[${Array.from({ length: 40 }, (_, at) => at + 1).join(", ")}]`),
      "80 variants, at most 64",
    ],
    [
      "far too many",
      TOML.replace(
        MATRIX,
        `[matrix]\n${["a", "b", "c", "d", "e"].map((key) => `${key} = [${Array.from({ length: 64 }, (_, at) => at).join(", ")}]\n`).join("")}`,
      ),
      "1073741824 variants, at most 64",
    ],
    ["a value that doesn't fit", TOML.replace("[0.01, 0.05]", "[0.01, 7]"), "(in the variant [loss=7,mib=1])"],
    ["a name without a matrix", TOML.replace(MATRIX, ""), "network.link.0.faults.0.probability"],
  ])("%s", (_, toml, message) => {
    expect(errorOf(toml)).toContain(message);
  });
});
