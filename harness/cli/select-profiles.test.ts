import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadAllProfiles, profileFolder } from "../profiles/load.ts";
import { parseCommandArguments } from "./command.ts";
import { testCommand } from "./test-command.ts";
import { TEST_HABITS } from "./habits.ts";
import { selectProfiles, type ProfileWish } from "./select-profiles.ts";

const folder = mkdtempSync(join(tmpdir(), "selection-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const all = loadAllProfiles().loaded.map(({ profile }) => profile.name);

function select(wish: Partial<ProfileWish>, history = folder): string[] {
  const whole = { names: [], grep: undefined, lastFailed: false, world: "qemu", ...wish } as const;
  return selectProfiles(whole, ["udp-sec", "tcp-fallback"], history).profiles.map(({ profile }) => profile.name);
}

describe("profiles are chosen", () => {
  it("by name, in the order in which they are named, each once", () => {
    expect(select({ names: ["tcp-fallback", "udp-sec,tcp-fallback"] })).toEqual(["tcp-fallback", "udp-sec"]);
    expect(select({})).toEqual(["udp-sec", "tcp-fallback"]);
  });

  it("by the file of one that has a name, too, and it is the same one", () => {
    const file = join(profileFolder(), "udp-sec.toml");
    expect(select({ names: ["udp-sec", file, relative(process.cwd(), file)] })).toEqual(["udp-sec"]);
    const other = join(folder, "udp-sec.toml");
    writeFileSync(other, readFileSync(file));
    expect(() => select({ names: ["udp-sec", other] })).toThrow("two profiles are called udp-sec");
  });

  it.each(["", "udp-sec,", " ", ","])("not by %o", (name) => {
    expect(() => select({ names: [name] })).toThrow("a profile without a name");
  });

  it("by glob", () => {
    const cross = all.filter((name) => name.startsWith("cross-vm"));
    expect(cross.length).toBeGreaterThan(2);
    expect(select({ names: ["cross-vm*"] })).toEqual(cross);
    expect(select({ names: ["{udp-sec,tcp-*}"] })).toEqual(all.filter((name) => /^(udp-sec$|tcp-)/.test(name)));
    expect(select({ names: ["?dp-sec"] })).toEqual(["udp-sec"]);
    expect(select({ names: ["cross-vm*"], world: "sim" })).not.toContain("cross-arch");
  });

  it("by what their name or sentence says, of all where none is named", () => {
    expect(select({ grep: /^udp-sec:/i })).toEqual(["udp-sec"]);
    expect(select({ grep: /udp/i }).length).toBeGreaterThan(1);
    expect(select({ names: ["cross-vm*"], grep: /^cross-vm-loss:/ })).toEqual(["cross-vm-loss"]);
  });

  it("by how their last run here ended", () => {
    const history = join(folder, "history");
    mkdirSync(history);
    const entry = (code: string): string =>
      `${JSON.stringify({ at: "x", seed: "1", accelerator: "tcg", code, machineMs: 1, scale: 1 })}\n`;
    writeFileSync(join(history, "udp-sec.ndjson"), entry("passed") + entry("hung"));
    writeFileSync(join(history, "two-party.ndjson"), entry("hung") + entry("passed"));
    expect(select({ lastFailed: true }, history)).toEqual(["udp-sec"]);
    expect(() => select({ names: ["two-party"], lastFailed: true }, history)).toThrow(
      "none of 1 profile failed at its last run here",
    );
    expect(() => select({ grep: /^two/, lastFailed: true }, history)).toThrow("--grep ^two and failed at its last run");
  });
});

it("a habit is no option, and names only options that there are", () => {
  for (const [habit, answer] of Object.entries(TEST_HABITS)) {
    expect(Object.keys(testCommand.options)).not.toContain(habit);
    const dashes = habit.length === 1 ? "-" : "--";
    expect(() => parseCommandArguments(testCommand, [`${dashes}${habit}`])).toThrow(
      expect.objectContaining({ code: "usage", hint: answer }),
    );
    for (const [, option = ""] of answer.matchAll(/--([a-z-]+)/g))
      if (option !== "version") expect(Object.keys(testCommand.options), habit).toContain(option);
  }
});
