import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import { join } from "node:path";
import { guestKind } from "../guests/registry.ts";
import { loadMarkers, parseProfile, type LoadedProfile } from "../profiles/load.ts";
import { endingFinding } from "./judge/machine-ending.ts";
import type { RunPorts } from "./opened-run.ts";
import { runProfile } from "./run-profile.ts";
import {
  notingReporter,
  scriptedEquipment,
  scriptedMachine,
  scriptedPorts,
  scriptedRequest,
  type Script,
} from "./scripted-machine.fixture.ts";

const runsFolder = mkdtempSync(join(tmpdir(), "runs-"));
afterAll(() => rmSync(runsFolder, { recursive: true, force: true }));

/** A foreign guest that never powers itself off unless it says so. */
function profileThat(ends: string): LoadedProfile {
  return parseProfile(
    `name = "mine"
proves = "a guest of somebody else's runs"
timeout = "20s"
evidence = ["machine-ending"]
network = { kind = "none" }
marker = [{ id = "up", text = "up", process = "kernel", proves = "it runs" }]
node = [{ name = "a", guest = "mine", rung = [{ marker = "up", budget = "5s" }] }]
[guest.mine]
arch = "riscv64"
kernel = "k.elf"
ends = "${ends}"
${ends === "power-off" ? "" : 'quiet = "300ms"'}
forbidden = ["PANIC"]
`,
    "x.toml",
    loadMarkers(),
  );
}

/** @param later lines that come some time after the first ones */
async function runOf(ends: string, script: Script, later: readonly string[] = []) {
  const loaded = profileThat(ends);
  const kind = guestKind(loaded.profile.node[0]?.guest ?? "udpsec");
  if (kind.runsOn !== "machine") expect.fail("the guest is no machine");
  const startMachine: RunPorts["startMachine"] = (planned, folder, onSerial, signal) => {
    later.forEach((line) => setTimeout(() => onSerial(new TextEncoder().encode(`${line}\n`)), 100));
    return scriptedMachine(script)(planned, folder, onSerial, signal);
  };
  const gatherEvidence: RunPorts["gatherEvidence"] = ({ finished }) =>
    Promise.resolve([
      endingFinding(
        finished.nodes.map(({ name, exit, expected }) => ({
          node: name,
          exit: exit ?? { kind: "ended" },
          expected,
          isToBeKilled: false,
        })),
      ),
    ]);
  const request = scriptedRequest(loaded, { runsFolder });
  const ports = { ...scriptedPorts(script), startMachine, gatherEvidence };
  return runProfile(request, scriptedEquipment(kind), notingReporter(), new AbortController().signal, ports);
}

const GOES_ON: Script = { lines: ["up"], exit: undefined };

describe("a guest that doesn't power itself off", () => {
  it.each(["last-marker", "none"])(
    "%s: is ended once its ladder is complete, and its markers are its word",
    async (ends) => {
      const result = await runOf(ends, GOES_ON);
      expect(result).toMatchObject({ code: "passed", cut: false, nodes: [{ exit: "ended" }] });
      expect(result.standings).toMatchObject({ confirmed: 0, guestsWord: 1, nothingToJudge: 0 });
      expect(result.evidence).toMatchObject([
        { rule: "machine-ending", finding: "confirmed", saw: `QMP: a: ended (expected ${ends})` },
      ]);
    },
  );

  it("is listened to for its quiet time: what is forbidden still counts", async () => {
    expect((await runOf("last-marker", GOES_ON, ["fine"])).code).toBe("passed");
    expect(await runOf("last-marker", GOES_ON, ["PANIC: late"])).toMatchObject({
      code: "forbidden",
      detail: "PANIC: PANIC: late",
    });
  });

  it("may end by itself after its last marker, and not before", async () => {
    expect((await runOf("last-marker", { lines: ["up"], exit: { kind: "guest-shutdown" } })).code).toBe("passed");
    expect((await runOf("last-marker", { lines: ["u"], exit: { kind: "guest-shutdown" } })).code).toBe("exited");
    expect((await runOf("last-marker", { lines: ["up"], exit: { kind: "guest-reset" } })).code).toBe("crashed");
  });
});

it("a guest that should power itself off is waited for", async () => {
  expect((await runOf("power-off", { lines: ["up"], exit: { kind: "guest-shutdown" } })).code).toBe("passed");
});
