/** A machine with several consoles: a rung names the one that shows it. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { guestKind } from "../guests/registry.ts";
import { loadMarkers, parseProfile, type LoadedProfile } from "../profiles/load.ts";
import type { StartMachine } from "../worlds/live/live-node.ts";
import { runProfile } from "./run-profile.ts";
import {
  notingReporter,
  scriptedEquipment,
  scriptedMachine,
  scriptedPorts,
  scriptedRequest,
} from "./scripted-machine.fixture.ts";

const runsFolder = mkdtempSync(join(tmpdir(), "consoles-"));
afterAll(() => rmSync(runsFolder, { recursive: true, force: true }));

function profileWith(console = 'console = "log", '): LoadedProfile {
  const toml = `name = "mine"
proves = "a guest of somebody else's has two consoles"
timeout = "5s"
evidence = ["machine-ending"]
network = { kind = "none" }
marker = [
  { id = "up", text = "mine: up", process = "kernel", proves = "it runs" },
  { id = "logs", text = "mine: logs", process = "kernel", proves = "it logs" },
  { id = "done", text = "mine: done", process = "kernel", proves = "it is done" },
]
[[node]]
name = "a"
guest = "mine"
rung = [{ marker = "up", budget = "1s" }, { marker = "logs", ${console}budget = "1s" }, { marker = "done", budget = "1s" }]
[guest.mine]
arch = "riscv64"
kernel = "k.elf"
prefixes = ["mine:"]
forbidden = ["PANIC"]
console.log = { port = "virtio" }
console.other = { port = "virtio" }
`;
  return parseProfile(toml, "x.toml", loadMarkers(), runsFolder);
}

let runs = 0;

/** @param files what its consoles beside the main one hold when it ends */
async function play(lines: readonly string[], files: Readonly<Record<string, string>>) {
  const loaded = profileWith();
  const kind = guestKind(loaded.profile.node[0]?.guest ?? "udpsec");
  if (kind.runsOn !== "machine") expect.fail("the guest is no machine");
  const startMachine: StartMachine = async (planned, folder, onSerial, signal) => {
    const paths = Object.fromEntries(Object.keys(files).map((name) => [name, join(folder, `a-console-${name}.log`)]));
    for (const path of Object.values(paths)) writeFileSync(path, "");
    const script = { lines, exit: { kind: "guest-shutdown" } } as const;
    const running = await scriptedMachine(script)(planned, folder, onSerial, signal);
    for (const [name, text] of Object.entries(files)) appendFileSync(paths[name] ?? "", text);
    return { ...running, consoleLogPaths: paths };
  };
  const ports = { ...scriptedPorts({ lines: [], exit: undefined }), startMachine };
  const request = scriptedRequest(loaded, { runsFolder, seed: `s${++runs}` });
  return runProfile(request, scriptedEquipment(kind), notingReporter(), new AbortController().signal, ports);
}

const MAIN = ["mine: up", "mine: done"];

describe("a rung on a console beside the main one", () => {
  it("is reached there, and the transcript says where each line stood", async () => {
    // The last line of a console may have no end.
    expect(await play(MAIN, { log: "mine: logs" })).toMatchObject({ code: "passed" });
    const result = await play(MAIN, { log: "mine: logs\n" });
    expect(result).toMatchObject({ code: "passed", failures: [] });
    const transcript = readFileSync(join(result.artifactsFolder, "a-console.txt"), "utf8");
    expect(transcript).toContain("  log| mine: logs\n");
    expect(transcript).toContain("  mine: up\n");
  });

  it("is not reached on another one", async () => {
    expect(await play(["mine: up", "mine: logs", "mine: done"], { log: "" })).toMatchObject({
      code: "forbidden",
      detail: "mine: logs: it came on the main console, and is to come on console log",
    });
    expect(await play(MAIN, { log: "mine: up\nmine: logs\n" })).toMatchObject({
      code: "forbidden",
      detail: "mine: up: it came on console log, and is to come on the main console",
    });
  });

  it("is missing where that console shows nothing, or only half of it", async () => {
    for (const text of ["", "mine: lo"])
      expect(await play(MAIN, { log: text })).toMatchObject({ passed: false, failures: [{ marker: "logs" }] });
  });

  it("stands among lines of which what is forbidden and what is not declared counts as on the main one", async () => {
    expect(await play(MAIN, { log: "mine: logs\nPANIC: no\n" })).toMatchObject({ code: "forbidden" });
    expect(await play(MAIN, { log: "mine: new\nmine: logs\n" })).toMatchObject({ code: "unknown-marker" });
  });

  it("is the only reason to read a console: others hold what they like", async () => {
    expect(await play(MAIN, { log: "mine: logs\n", other: "PANIC\nmine: new\n" })).toMatchObject({ code: "passed" });
  });
});

describe("a console that isn't there", () => {
  it.each([
    ['console = "lgo", ', /^x\.toml:14: the mine guest has no console lgo; did you mean log\?/],
    ['console = "main", ', /a rung without console is one of the main console/],
  ])("%s", (console, message) => {
    expect(() => profileWith(console)).toThrow(message);
  });
});
