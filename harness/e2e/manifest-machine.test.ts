/** A machine that plays another project's system, with each thing that the manifest of such a project is there to catch. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assemble, START_ADDRESS } from "../../images/riscv64/assemble.ts";
import { elfFile } from "../../images/riscv64/elf.ts";
import { projectRoot } from "../host/project-root.ts";
import { emulatorObstacle } from "../qemu/find-qemu.ts";
import { playProfile } from "./played-profile.fixture.ts";

const fixtures = join(projectRoot(), "fixtures");
const SOURCE = readFileSync(join(fixtures, "guests/riscv64-manifest.s"), "utf8");
const LINES = /(?<=\.asciz {2}")[^"]*/;
const PROFILE = readFileSync(join(fixtures, "scripted/manifest-machine.toml"), "utf8")
  .replaceAll("small-os/", join(fixtures, "scripted/small-os/"))
  .replace('budget = "5s"', 'budget = "2s"');
const GREEN = (LINES.exec(SOURCE)?.[0] ?? "").split("\\n").filter((line) => line !== "");

/** @param more lines of the node's manifest @param source of the kernel */
async function play(lines: readonly string[], more = "", source = SOURCE) {
  const page = source.replace(LINES, () => `${lines.join("\\n")}\\n`);
  const kernel = elfFile(assemble(page), START_ADDRESS);
  return playProfile(`${PROFILE}${more}\n`, { "kernel.elf": kernel });
}

/** Without a power-off at its end. */
const GOES_ON = SOURCE.replace("beqz    t1, off", "beqz    t1, park");
const READ = "TEST: disk read ok";
const without = (text: string): string[] => GREEN.filter((line) => line !== text);
const instead = (text: string, ...others: readonly string[]): string[] =>
  GREEN.flatMap((line) => (line === text ? others : [line]));
const mixed = (a: string, b: string): string =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, at) => `${a[at] ?? ""}${b[at] ?? ""}`).join("");

describe.skipIf((await emulatorObstacle("riscv64")) !== undefined)("a machine that is read by a manifest", () => {
  it.each<[string, readonly string[]]>([
    ["shows all that is required", GREEN],
    ["shows it in another order within a phase, and twice", [...GREEN.slice(0, 3).reverse(), ...GREEN]],
    ["shows two markers on one line that nest, each in its place", instead(READ, `${READ} (cached), ${READ}`)],
    ["says things that claim nothing", ["hello", ...GREEN, "nobody: disk FAIL"]],
  ])("passes: %s", async (_, lines) => {
    expect(await play(lines)).toMatchObject({ code: "passed", failures: [], nodes: [{ exit: "guest-shutdown" }] });
  });

  it.each<[string, string, string | undefined, readonly string[], string]>([
    ["a marker that is passed over", "missing", READ, without(READ), ""],
    ["the last one missing", "exited", "talkd: session ok", without("talkd: session ok"), ""],
    ["the longer of two that nest, which is not the shorter", "missing", READ, instead(READ, `${READ} (cached)`), ""],
    ["a FAIL that is declared", "forbidden", "TEST: memory FAIL", ["TEST: memory FAIL", ...GREEN], ""],
    ["a FAIL that nobody declared", "forbidden", undefined, [...GREEN, "TEST: colour FAIL"], ""],
    [
      "one that its profile forbids",
      "forbidden",
      "talkd: fallback",
      [...GREEN, "talkd: fallback"],
      'profile = "no-fallback"',
    ],
    ["one of another profile", "forbidden", "TEST: second core ok", ["TEST: second core ok", ...GREEN], ""],
    ["a phase too early", "out-of-order", "tinyos vers.", [...GREEN.slice(6), ...GREEN.slice(0, 6)], ""],
    [
      "one that nobody declared, where that counts",
      "unknown-marker",
      undefined,
      ["TEST: colour ok", ...GREEN],
      'undeclared = "fail"',
    ],
    ["bytes that two processors mixed", "torn", READ, instead(READ, mixed(READ, "second core says")), ""],
  ])("fails: %s", async (_, code, marker, lines, more) => {
    const { passed, failures } = await play(lines, more);
    expect([passed, failures[0]?.code, failures[0]?.marker]).toEqual([false, code, marker]);
  });

  it("fails: one that says nothing any more, by the budget of what is missing", async () => {
    const { failures } = await play(without("talkd: session ok"), "", GOES_ON);
    expect(failures[0]).toMatchObject({ code: "silent", marker: "talkd: session ok" });
  });
});
