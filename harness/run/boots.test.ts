/** A machine that is reset, or resets itself: each boot has its own rungs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { guestKind } from "../guests/registry.ts";
import { loadMarkers, parseProfile, type LoadedProfile } from "../profiles/load.ts";
import { blankMachine } from "../worlds/live/blank-machine.fixture.ts";
import type { StartMachine } from "../worlds/live/live-node.ts";
import { runProfile } from "./run-profile.ts";
import { notingReporter, scriptedEquipment, scriptedPorts, scriptedRequest } from "./scripted-machine.fixture.ts";

const runsFolder = mkdtempSync(join(tmpdir(), "boots-"));
afterAll(() => rmSync(runsFolder, { recursive: true, force: true }));

const RESET = '[[action]]\nkind = "reset"\nnode = "a"\nafter = { node = "a", marker = "up" }\n';
const LATER = '{ marker = "again", boot = 2, budget = "300ms" }';

function profileWith({ action = RESET, rungs = LATER, table = "" } = {}): LoadedProfile {
  const toml = `name = "mine"
proves = "a guest of somebody else's boots again"
timeout = "5s"
evidence = ["machine-ending"]
network = { kind = "none" }
marker = [
  { id = "up", text = "mine: up", process = "kernel", proves = "it runs" },
  { id = "again", text = "mine: again", process = "kernel", proves = "it boots again" },
]
node = [{ name = "a", guest = "mine", rung = [{ marker = "up", budget = "1s" }${rungs === "" ? "" : `, ${rungs}`}] }]
${action}
[guest.mine]
arch = "riscv64"
kernel = "k.elf"
prefixes = ["mine:"]
${table === "" ? 'onReset = "boot"' : table}
`;
  return parseProfile(toml, "x.toml", loadMarkers(), runsFolder);
}

/** What a machine prints in each of its boots; a number between two texts is a pause in ms, `reset` its own wish. */
type Boot = readonly (string | number)[];

let runs = 0;

/** @param startMs how long its start takes to return while it boots */
async function play(loaded: LoadedProfile, boots: readonly Boot[], startMs = 0) {
  const kind = guestKind(loaded.profile.node[0]?.guest ?? "udpsec");
  if (kind.runsOn !== "machine") expect.fail("the guest is no machine");
  const calls: string[] = [];
  const startMachine: StartMachine = async (planned, folder, onSerial) => {
    const { files, end: exit, ...blank } = blankMachine(planned.spec.name, folder);
    let guestReset = (): void => undefined;
    let boot = 0;
    const run = async (): Promise<void> => {
      const own = boot;
      for (const step of boots[boot] ?? []) {
        if (typeof step === "number") await new Promise((resolve) => setTimeout(resolve, step));
        // A reset ends what the boot before had still to say.
        if (own !== boot) return;
        if (step === "off") exit({ kind: "guest-shutdown" });
        else if (step === "reset") guestReset();
        else if (typeof step === "string") onSerial(new TextEncoder().encode(step));
      }
    };
    setImmediate(() => void run());
    if (startMs > 0) await new Promise((resolve) => setTimeout(resolve, startMs));
    const note = async (call: string): Promise<void> => void calls.push(call);
    return {
      ...{ ...files, ...blank },
      endInOrder: () => exit({ kind: "guest-shutdown" }),
      kill: () => exit({ kind: "signal", signal: "SIGKILL" }),
      stop: async () => {
        exit({ kind: "ended" });
        return blank.exited;
      },
      pause: () => note("pause"),
      resume: () => note("resume"),
      reset: async () => {
        await note("reset");
        boot += 1;
        void run();
      },
      onGuestReset: (told) => (guestReset = told),
      endReset: () => exit({ kind: "guest-reset" }),
    };
  };
  const ports = { ...scriptedPorts({ lines: [], exit: undefined }), startMachine };
  const request = scriptedRequest(loaded, { runsFolder, seed: `s${++runs}`, timeoutMs: 5_000 });
  const signal = new AbortController().signal;
  return { result: await runProfile(request, scriptedEquipment(kind), notingReporter(), signal, ports), calls };
}

const UP: Boot = ["mine: up\n"];
const AGAIN: Boot = ["mine: again\n", "off"];

describe("a machine that is reset", () => {
  it("stands still before, and its next boot has the next rungs", async () => {
    const { result, calls } = await play(profileWith(), [UP, AGAIN]);
    expect(result).toMatchObject({ code: "passed", failures: [] });
    expect(calls).toEqual(["pause", "reset"]);
    expect(result.actions.map(({ what }) => what)).toEqual(["reset a"]);
    expect(result.rungs.map(({ place, seen }) => [place, seen])).toEqual([
      ["a/up", 1],
      ["a/again of boot 2", 1],
    ]);
  });

  it("may have printed before its start has returned: nobody hears of it until it can be reset", async () => {
    const { result, calls } = await play(profileWith(), [UP, AGAIN], 50);
    expect(result).toMatchObject({ code: "passed", failures: [] });
    expect(calls).toEqual(["pause", "reset"]);
  });

  it("shows nothing of a next boot where none comes: the reset did not happen", async () => {
    const { result } = await play(profileWith(), [UP, []]);
    expect(result).toMatchObject({ code: "silent", failures: [{ marker: "again" }] });
  });

  it("may print in a later boot what it prints in the first, and what it has begun to print is of the boot that ends", async () => {
    const rungs = '{ marker = "up", boot = 2, budget = "1s" }';
    const loaded = profileWith({ rungs });
    const { result } = await play(loaded, [
      ["mine: up\n", "mine: ag"],
      ["mine: up\n", "off"],
    ]);
    expect(result).toMatchObject({ code: "passed", failures: [] });
    expect(result.nodes[0]?.tail.map((line) => line.slice(10))).toEqual(["mine: up", "mine: ag", "mine: up"]);
    // Glued to what comes next it would be no marker at all.
    const glued = await play(loaded, [
      ["mine: up\n", "x"],
      ["mine: up\n", "off"],
    ]);
    expect(glued.result.code).toBe("passed");
  });

  it("fails for a rung of the boot that ended, and for one of another boot", async () => {
    const early = profileWith({ action: RESET, rungs: `{ marker = "again", budget = "1s" }, ${LATER}` });
    expect((await play(early, [UP, AGAIN])).result).toMatchObject({
      code: "missing",
      detail: '"mine: again" had not come when the machine was reset (boot 1)',
    });
    expect((await play(profileWith(), [UP, ["mine: up\n", ...AGAIN]])).result).toMatchObject({
      code: "forbidden",
      detail: "mine: up is of boot 1, not of boot 2",
    });
  });
});

describe("a machine that resets itself", () => {
  it("boots again where its table says so, with the rungs of its next boot", async () => {
    const { result, calls } = await play(profileWith({ action: "" }), [[...UP, "reset"], AGAIN]);
    expect(result).toMatchObject({ code: "passed", failures: [] });
    expect(calls).toEqual(["reset"]);
  });

  it("before it says a word is no boot of its own: firmware does so, at its start and after a reset", async () => {
    const silent: Boot = ["reset"];
    const { result, calls } = await play(profileWith(), [silent, UP, silent, silent, AGAIN]);
    expect(result).toMatchObject({ code: "passed", failures: [] });
    expect(calls).toEqual(["reset", "pause", "reset", "reset", "reset"]);
    const loop = Array.from({ length: 20 }, () => silent);
    expect((await play(profileWith({ action: "" }), [[...UP, "reset"], ...loop])).result.code).toBe("missing");
  });

  it("ends where its table doesn't let it boot again, but for its firmware after a reset that was asked for", async () => {
    const once = profileWith({ table: "smp = 1" });
    expect((await play(once, [UP, ["reset"], AGAIN])).result).toMatchObject({ code: "passed" });
    const { result } = await play(once, [UP, ["mine: again\n", "reset"], AGAIN]);
    expect(result).toMatchObject({ code: "crashed", nodes: [{ exit: "guest-reset" }] });
  });

  it("once more than its ladder knows is a loop", async () => {
    const { result } = await play(profileWith({ action: "" }), [[...UP, "reset"], ["mine: again\n", "reset"], AGAIN]);
    expect(result).toMatchObject({
      code: "crashed",
      detail: "the guest was reset, and its ladder has no boot 3",
    });
  });
});

describe("errors of boots name the line", () => {
  const errorOf = (written: Parameters<typeof profileWith>[0]): string => {
    try {
      profileWith(written);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return "no error";
  };

  it.each<[string, Parameters<typeof profileWith>[0], RegExp]>([
    [
      "a reset that nothing shows",
      { rungs: "" },
      /^x\.toml:13: nothing shows that a boots again: give it a rung with boot = 2/,
    ],
    ["two rungs of one boot", { rungs: `${LATER}, ${LATER}` }, /again is there twice/],
    [
      "a place in a boot that isn't there",
      { action: RESET.replace('"up"', '"up", boot = 2') },
      /up is no rung of node a in boot 2/,
    ],
    [
      "a guest whose evidence is of one boot",
      { table: 'onReset = "boot"\nchannel.events = { port = "virtio" }' },
      /^x\.toml:20: .* of one boot/,
    ],
    [
      "a guest that boots once",
      { action: "", table: 'channel.events = { port = "virtio" }' },
      /the mine guest boots once/,
    ],
  ])("%s", (_, written, message) => {
    expect(errorOf(written)).toMatch(message);
  });
});
