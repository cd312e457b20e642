import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { EvidenceFinding } from "../evidence/findings/evidence-finding.ts";
import { busyboxGuest } from "../guests/busybox-guest.ts";
import { guestKind } from "../guests/registry.ts";
import { projectRoot } from "../host/project-root.ts";
import { actionSchema } from "../profiles/action-schema.ts";
import { cutAtPhase } from "../profiles/cut-at-phase.ts";
import { loadMarkers, parseProfile, type LoadedProfile } from "../profiles/load.ts";
import { runProfile } from "./run-profile.ts";
import { notingReporter, scriptedEquipment, scriptedPorts, scriptedRequest } from "./scripted-machine.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "small-os-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
cpSync(join(projectRoot(), "fixtures/scripted"), folder, { recursive: true });
const TOML = readFileSync(join(folder, "small-os.toml"), "utf8");

const load = (toml = TOML): LoadedProfile => parseProfile(toml, "small-os.toml", loadMarkers(), folder);
const withManifest = (more: string): string => `${TOML}${more}\n`;
const errorOf = (toml: string): string => {
  try {
    load(toml);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no error";
};

const OFF = { kind: "guest-shutdown" } as const;
const GREEN = [
  "tinyos vers. 0.3 (built yesterday)",
  "[    0.10] TEST: clock ok",
  "TEST: memory ok",
  "TEST: disk 0 has 64 blocks",
  "TEST: disk 1 has 64 blocks",
  "TEST: disk read ok",
  "talkd: session ok",
];
const ENDING: EvidenceFinding = { rule: "machine-ending", marker: undefined, finding: "confirmed", saw: "off" };
let runs = 0;

async function play(
  lines: readonly string[],
  {
    loaded = load(),
    exit = true,
    requireEvidence = false,
  }: { loaded?: LoadedProfile; exit?: boolean; requireEvidence?: boolean } = {},
) {
  const evidence = [exit ? ENDING : { ...ENDING, finding: "unavailable" as const }];
  const ports = scriptedPorts({ lines, exit: exit ? OFF : undefined }, evidence);
  const request = scriptedRequest(loaded, { runsFolder: folder, seed: `s${++runs}`, requireEvidence });
  const signal = new AbortController().signal;
  return runProfile(request, scriptedEquipment(busyboxGuest), notingReporter(), signal, ports);
}

describe("a console that is read by the manifest of its project", () => {
  it("passes when all that is required came, in any order within a phase", async () => {
    const result = await play(GREEN);
    expect(result).toMatchObject({ code: "passed", failures: [], notes: [], cut: false });
    expect(result.rungs.map(({ marker, phase, seen }) => [marker, phase?.name, seen])).toEqual([
      ["tinyos vers.", "wake", 1],
      ["TEST: memory ok", "wake", 1],
      ["TEST: clock ok", "wake", 1],
      ["TEST: disk read ok", "disk", 1],
      ["talkd: session ok", "talk", 1],
    ]);
  });

  it("may say a marker again: a manifest says what may be printed, not how often", async () => {
    expect(await play([...GREEN, ...GREEN.slice(-1)])).toMatchObject({ code: "passed" });
  });

  it.each<[string, string, string, readonly string[]]>([
    [
      "a missing marker",
      "exited",
      "TEST: disk read ok",
      GREEN.filter((line) => line !== "TEST: disk read ok").slice(0, -1),
    ],
    ["one passed over", "missing", "TEST: disk read ok", GREEN.filter((line) => line !== "TEST: disk read ok")],
    [
      "the longer of two that nest, which is not the shorter",
      "missing",
      "TEST: disk read ok",
      GREEN.map((line) => line.replace("disk read ok", "disk read ok (cached)")),
    ],
    ["a later phase before an earlier one", "out-of-order", "tinyos vers.", [GREEN[6] ?? "", ...GREEN.slice(0, 6)]],
    ["a FAIL that is declared", "forbidden", "TEST: disk FAIL (no device)", ["TEST: disk FAIL (no device)", ...GREEN]],
    ["one of another profile", "forbidden", "TEST: second core ok", ["TEST: second core ok", ...GREEN]],
  ])("fails for %s", async (_, code, marker, lines) => {
    const { failures, passed } = await play(lines);
    expect(passed).toBe(false);
    expect(failures).toContainEqual(expect.objectContaining({ code, marker }));
  });

  it("fails for a FAIL that is not declared, behind a prefix that is known: nobody invents that", async () => {
    expect(await play(["talkd: handshake FAIL", ...GREEN])).toMatchObject({
      code: "forbidden",
      detail: "the guest says itself that it failed (FAIL): talkd: handshake FAIL",
    });
    expect(await play(["nobody: handshake FAIL", "TEST: FAILOVER ok", ...GREEN])).toMatchObject({ code: "passed" });
  });

  it("tells why a marker may not be printed, and where that is written", async () => {
    const { detail } = await play(["talkd: fallback", ...GREEN], {
      loaded: load(withManifest('profile = "no-fallback"')),
    });
    expect(detail).toMatch(/^talkd: fallback: may not be printed: forbidden_when = no-fallback \(.*later\.toml:21\)$/);
    expect(await play(["talkd: fallback", ...GREEN])).toMatchObject({ code: "passed" });
  });

  it("notes lines that begin as markers do and are not declared, or fails for them if asked to", async () => {
    const lines = ["TEST: colour ok", "TEST: colour ok", "hello: world", ...GREEN];
    const { code, notes } = await play(lines);
    expect(code).toBe("passed");
    expect(notes).toEqual([
      {
        code: "undeclared-lines",
        node: "a",
        detail: '2 lines begin as markers do and are not declared: "TEST: colour ok"',
      },
    ]);
    const strict = load(withManifest('undeclared = "fail"'));
    expect(await play(lines, { loaded: strict })).toMatchObject({ code: "unknown-marker" });
  });

  it("quotes few of very many such lines", async () => {
    const shown = Array.from({ length: 300 }, (_, at) => `TEST: colour ${at}`);
    const quoted = '"TEST: colour 0", "TEST: colour 1", "TEST: colour 2", "TEST: colour 3", "TEST: colour 4"';
    const note = (count: number, more: string) => ({
      detail: `${count} lines begin as markers do and are not declared: ${quoted}${more}`,
    });
    expect(await play([...shown, ...GREEN])).toMatchObject({ code: "passed", notes: [note(300, ", ...")] });
    expect((await play([...shown.slice(0, 5), ...GREEN])).notes).toMatchObject([note(5, "")]);
  });

  it("sees what is forbidden on a line with a marker, too: several processors write on one console", async () => {
    const torn = GREEN.map((line) => line.replace("memory ok", "memory oktalkd: handshake FAIL"));
    expect(await play(torn)).toMatchObject({
      ...{
        code: "forbidden",
        detail: "the guest says itself that it failed (FAIL): TEST: memory oktalkd: handshake FAIL",
      },
    });
  });

  it("takes whole lines alone where the profile says so", async () => {
    const loaded = load(withManifest('match = "line"'));
    expect(await play(GREEN, { loaded })).toMatchObject({ passed: false });
    const bare = GREEN.map((line) => line.replace(/ 0\.3.*/, "").replace(/^\[.*\] /, ""));
    expect(await play(bare, { loaded })).toMatchObject({ code: "passed" });
  });

  it("asks nothing of phases that the guest's own profile leaves out", async () => {
    const loaded = load(withManifest('runtime = "early"'));
    expect(await play(GREEN.slice(0, 3), { loaded })).toMatchObject({ code: "passed", cut: false });
  });
});

describe("a run up to a phase", () => {
  it("ends after it, whatever the machine still does, and says so", async () => {
    const loaded = cutAtPhase(load(), "disk");
    const result = await play(GREEN.slice(0, 6), { loaded, exit: false });
    expect(result).toMatchObject({ passed: true, cut: true, cutAtPhase: "disk", nodes: [{ exit: "ended" }] });
    const read = (file: string): string => readFileSync(join(result.artifactsFolder, file), "utf8");
    expect(read("summary.txt")).toContain("verdict      passed (cut after phase disk)\n");
    expect(JSON.parse(read("summary.json"))).toMatchObject({ cut: true, cutAtPhase: "disk" });
  });

  it("is cut too if the machine came to its end before", async () => {
    const loaded = cutAtPhase(load(), "disk");
    expect(await play(GREEN, { loaded })).toMatchObject({ code: "passed", cut: true, cutAtPhase: "disk" });
  });

  it("lacks what comes before the cut, keeps what is forbidden, and fails if evidence is required", async () => {
    const loaded = cutAtPhase(load(), "wake");
    expect(await play(GREEN.slice(0, 1), { loaded })).toMatchObject({ code: "exited", cut: false });
    expect(await play(["TEST: memory FAIL", ...GREEN], { loaded })).toMatchObject({ code: "forbidden" });
    expect(await play(GREEN, { loaded, requireEvidence: true })).toMatchObject({ code: "unconfirmed" });
  });

  it("has no actions but those that follow what is waited for, and ends nothing that was not begun", () => {
    const loaded = load();
    const after = (marker: string) => ({ after: { node: "a", marker } });
    const action = [
      { kind: "partition", id: "early", from: "a", to: "b", ...after("TEST: clock ok") },
      { kind: "partition", id: "late", from: "a", to: "b", ...after("talkd: session ok") },
      { kind: "clear", of: "early", ...after("TEST: memory ok") },
      { kind: "clear", of: "late", ...after("TEST: memory ok") },
      { kind: "pause", node: "a", at: "1s" },
    ].map((one) => actionSchema.parse(one));
    const cut = cutAtPhase({ ...loaded, profile: { ...loaded.profile, action } }, "disk");
    expect(cut.profile.action).toEqual([action[0], action[2]]);
  });

  it("is the whole run at its last phase, and an error at one that doesn't exist", () => {
    expect(cutAtPhase(load(), "talk").cutAt).toBeUndefined();
    const hint = "there are: wake, disk, talk";
    expect(() => cutAtPhase(load(), "dsik")).toThrow(
      expect.objectContaining({
        code: "phase-unknown",
        message: "small-os has no phase dsik; did you mean disk?",
        hint,
      }),
    );
    expect(() =>
      cutAtPhase(parseProfile(readFileSync(join(folder, "two.toml"), "utf8"), "t", loadMarkers()), "x"),
    ).toThrow("two has no phases");
  });
});

describe("the environment of a manifest's profile", () => {
  const guest = (env: string, more = "", profile = "two-cores"): string =>
    `${TOML.replace('guest = "busybox"', 'guest = "tiny"')}profile = "${profile}"\n[guest.tiny]\narch = "riscv64"\nkernel = "k"\n${more}[guest.tiny.env]\n${env}\n`;
  const tableOf = (...written: Parameters<typeof guest>) => {
    const kind = guestKind(load(guest(...written)).profile.node[0]?.guest ?? "busybox");
    return kind.runsOn === "machine" ? { name: kind.name, ...kind.madeOf?.table } : undefined;
  };

  it("sets keys of the guest's table: to the value, by value, or nothing", () => {
    const cores = 'CORES = "smp"\n';
    expect(tableOf(`${cores}DISPLAY = false`)).toMatchObject({ name: "tiny-two-cores", smp: 2 });
    const byValue = 'DISPLAY = { none = { icount = "shift=1", "fwCfg.opt/display" = "off" }, gtk = {} }';
    expect(tableOf(cores + byValue)).toMatchObject({ smp: 2, icount: "shift=1", fwCfg: { "opt/display": "off" } });
    expect(tableOf('CORES = "fwCfg.opt/cores"\nDISPLAY = "append"')).toMatchObject({
      ...{ smp: 1, append: "none", fwCfg: { "opt/cores": "2" } },
    });
  });

  it("adds files of fw_cfg to those of the table", () => {
    const env = 'CORES = "fwCfg.opt/cores"\nDISPLAY = false';
    const fwCfg = { "opt/own": "1", "opt/cores": "2" };
    expect(tableOf(env, 'fwCfg = { "opt/own" = "1" }\n')).toMatchObject({ fwCfg });
  });

  it("takes keys away by an empty text, and leaves a guest alone for which its profile sets nothing", () => {
    const table = 'memoryMib = 64\nappend = "quiet"\n';
    const away = 'CORES = "memoryMib"\nDISPLAY = { none = { append = "", memoryMib = "" } }';
    const taken = tableOf(away, table);
    expect([taken?.append, taken?.memoryMib]).toEqual([undefined, 128]);
    expect(tableOf(away, table, "full")).toMatchObject({ name: "tiny", append: "quiet", memoryMib: 64 });
  });

  it.each<[string, string, RegExp]>([
    [
      "is mapped whole, or it is an error",
      'CORE = "smp"',
      /^small-os\.toml:16: profile two-cores sets CORES, DISPLAY, which nothing maps; did you mean CORE\?/,
    ],
    ["sets no key that isn't there", 'CORES = "smpp"\nDISPLAY = false', /^small-os\.toml:21: guest\.tiny\.env\.CORES/],
    [
      "sets no value that doesn't fit",
      'CORES = "smp"\nDISPLAY = "memoryMib"',
      /two-cores: DISPLAY = none: memoryMib can't be none/,
    ],
    [
      "leaves no value unsaid",
      'CORES = "smp"\nDISPLAY = { nono = {}, gtk = {} }',
      /two-cores: nothing says what DISPLAY = none is; did you mean nono\? \(there are nono, gtk\)/,
    ],
    [
      "sets no text that the guest's table could not have",
      `CORES = "smp"\nDISPLAY = { none = { icount = "${"1".repeat(1001)}" } }`,
      /two-cores: DISPLAY = none: icount can't be 1{1001}/,
    ],
  ])("%s", (_, env, message) => {
    expect(errorOf(guest(env))).toMatch(message);
  });

  it("makes no guest that its table could not be", () => {
    const toml = guest('CORES = "smp"\nDISPLAY = "append"').replace('kernel = "k"', 'firmware = "f"');
    expect(errorOf(toml)).toMatch(
      /small-os\.toml:\d+: profile two-cores: with what it sets, append goes with a kernel/,
    );
  });

  it("has nobody to map it where a guest is no table", () => {
    expect(errorOf(withManifest('profile = "two-cores"'))).toMatch(
      /sets CORES, DISPLAY, which nothing maps \(guests that are tables have one\)/,
    );
  });
});

describe("errors of a profile with a manifest", () => {
  const rung = (marker: string): string => `${TOML}[[node.rung]]\nmarker = "${marker}"\nbudget = "5s"\n`;
  const listed = (text: string): string => {
    writeFileSync(join(folder, "list.txt"), text);
    return errorOf(TOML.replace("small-os/required.txt", "list.txt"));
  };

  it.each<[string, string, RegExp]>([
    ["a file", TOML.replace("manifest.toml", "manifst.toml"), /manifst\.toml can't be read \(ENOENT\)/],
    [
      "a profile",
      withManifest('profile = "two-core"'),
      /^small-os\.toml:16: no profile two-core in .*; did you mean two-cores\?\n/,
    ],
    [
      "a runtime as a profile",
      withManifest('profile = "early"'),
      /profile early is runtime_only: say runtime = "early"/,
    ],
    ["a profile as a runtime", withManifest('runtime = "full"'), /no profile full with runtime_only/],
    [
      "a rung",
      rung("TEST: memry ok"),
      /^small-os\.toml:17: no marker "TEST: memry ok" in .*; did you mean TEST: memory ok\?\n/,
    ],
    ["a rung of another profile", rung("TEST: second core ok"), /may not be printed: emit_when = two-cores/],
    [
      "a ladder by phases without a manifest",
      TOML.replace(/\[node.manifest\][^]*/, 'ladder = "phases"'),
      /phases are those of a manifest/,
    ],
    ["nothing to wait for", TOML.replace(/required = .*\n/, ""), /this node must print nothing/],
    ["a key", withManifest("fialing = false"), /^small-os\.toml:16: unknown key fialing; did you mean failing\?\n/],
  ])("%s", (_, toml, message) => {
    expect(errorOf(toml)).toMatch(message);
  });

  it("in the list of what is required name its line", () => {
    expect(listed("# all\n\nTEST: memory OK\nTEST: clock ok\nTEST: clock ok\nTEST: memory FAIL\n")).toBe(
      [
        `${folder}/list.txt:3: "TEST: memory OK" is no marker of the manifest; did you mean TEST: memory ok?`,
        `${folder}/list.txt:5: "TEST: clock ok" is there twice, first in line 4`,
        `${folder}/list.txt:6: "TEST: memory FAIL" the guest says itself that it failed (FAIL)`,
      ].join("\n"),
    );
    expect(listed("# nothing\n")).toContain("list.txt:1: nothing is required");
  });
});
