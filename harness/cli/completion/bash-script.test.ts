import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCENARIO_NAMES } from "../../../contract/scenario-names.ts";
import { CASES } from "../../conform/cases/index.ts";
import { SECTION_ORDER } from "../../conform/stage/sections.ts";
import { loadMarkers, profileNames } from "../../profiles/load.ts";
import { REPORTER_NAMES } from "../reporter-wishes.ts";
import { COMMANDS } from "../commands.ts";
import { dispatch } from "../dispatch.ts";

const folder = mkdtempSync(join(tmpdir(), "completion-"));
const script = join(folder, "udpsec.bash");
const RUN = "udp-sec--20260101T120000000Z--1";

beforeAll(async () => {
  let text = "";
  const output = { isTTY: false, columns: 80, write: (part: string) => (text += part) };
  const io = { stdout: output, stderr: output, environment: {}, signal: new AbortController().signal };
  expect(await dispatch(["completion", "bash"], io)).toBe(0);
  writeFileSync(script, text);
  mkdirSync(join(folder, "runs", RUN), { recursive: true });
  mkdirSync(join(folder, "a folder"));
  writeFileSync(join(folder, "mine.toml"), "");
  writeFileSync(join(folder, "junit.xml"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash fills in: it breaks words at `=` too. @param line up to the cursor */
function completed(line: string, before = ""): string[] {
  const words = line
    .split(" ")
    .flatMap((word) => word.split(/(=)/))
    .filter((word, at, all) => word !== "" || at === all.length - 1);
  const program = `${before}source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _udpsec; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const told = execFileSync("bash", ["--norc", "-euc", program, "bash", script, ...words], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LOG_DIR: "runs" },
  });
  return told.split("\n").filter((one) => one !== "");
}

describe("completion in bash", () => {
  it("completes commands, and what has help", () => {
    expect(completed("udpsec ")).toEqual([...COMMANDS.map(({ name }) => name), "help", "--help", "--version"]);
    expect(completed("./scripts/udpsec mat")).toEqual(["matrix"]);
    expect(completed("udpsec help e")).toEqual(["explain"]);
    expect(completed("udpsec --v")).toEqual(["--version"]);
  });

  it("knows every option of every command", () => {
    for (const { name, options } of COMMANDS) {
      const names = Object.keys(options).map((option) => `--${option}`);
      expect(completed(`udpsec ${name} --`), name).toEqual([...names, "--help"]);
    }
  });

  it.each([
    ["udpsec test --accel k", ["kvm"]],
    ["udpsec test --accel=k", ["kvm"]],
    ["udpsec test --world ", ["qemu", "sim"]],
    ["udpsec test --reporter=", [...REPORTER_NAMES]],
    ["udpsec test --reporter junit=ju", ["junit.xml"]],
    ["udpsec test --reporter=junit=ju", ["junit.xml"]],
    ["udpsec test --seed ", []],
    ["udpsec test --seed 7 --jo", ["--jobs"]],
    ["udpsec test --bail udp-sec-h", ["udp-sec-hub"]],
    ["udpsec test mi", ["mine.toml"]],
    ["udpsec test ./m", ["./mine.toml"]],
    ["udpsec test --replay ", ["latest", RUN]],
    ["udpsec report u", [RUN]],
    ["udpsec report runs/u", [`runs/${RUN}`]],
    ["udpsec merge a", ["a folder"]],
    ["udpsec explain bulk-con", ["bulk-content"]],
    ["udpsec completion ", ["bash", "zsh"]],
    ["udpsec sim --crypto n", ["native", "noble"]],
    ["udpsec sim --scenario loss", ["loss5", "loss10"]],
    ["udpsec minimize --scenario=satel", ["satellite"]],
    ["udpsec sim --seed 7 --scenario al", ["all"]],
    ["udpsec packets latest --around mux-", ["mux-data-ok"]],
    ["udpsec conform --self --only 4.3/pn-f", ["4.3/pn-far-behind"]],
    ["udpsec conform --only=3.4 --only services/dig", ["services/digest-of-bulk-wrong"]],
    ["udpsec doctor ", []],
    ["udpsec no-such-command --", []],
  ])("%s", (line, expected) => expect(completed(line)).toEqual(expected));

  it("has every profile, and all of them", () => {
    expect(completed("udpsec test ")).toEqual(["all", ...profileNames(), "mine.toml"]);
  });

  it("has every scenario, every case and every marker", () => {
    expect(completed("udpsec sim --scenario ")).toEqual([...SCENARIO_NAMES, "all"]);
    expect(completed("udpsec conform --only ")).toEqual([...SECTION_ORDER, ...CASES.map(({ id }) => id)]);
    expect(completed("udpsec packets --around ")).toEqual(loadMarkers().map(({ id }) => id));
  });

  it("takes a bash that breaks no words at =", () => {
    const before = "COMP_WORDBREAKS=${COMP_WORDBREAKS//=}; ";
    expect(completed("udpsec test --accel=k", before)).toEqual(["--accel=kvm"]);
    expect(completed("udpsec test --reporter junit=ju", before)).toEqual(["junit=junit.xml"]);
  });

  it("runs nothing that was typed", () => {
    expect(completed("udpsec test --output-dir $(touch${IFS}ran)/")).toEqual([]);
    expect(completed("udpsec report `touch${IFS}ran`/")).toEqual([]);
    expect(completed("udpsec merge r")).toEqual(["runs"]);
    expect(completed("udpsec test --reporter json=ra")).toEqual([]);
  });
});
