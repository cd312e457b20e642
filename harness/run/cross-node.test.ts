import { describe, expect, it } from "vitest";
import { EventKind } from "../../contract/events.ts";
import { loadProfile } from "../profiles/load.ts";
import { SetupError } from "../host/setup-error.ts";
import { dialsOf, faultsOf } from "./judge/evidence-expectations.ts";
import { topologyOfProfile } from "../topology/profile-topology.ts";
import { climb, DONE, HandMachine, playTwo, runsFolder, TWO_NODES, UP } from "./hand-machine.fixture.ts";
import { runProfile } from "./run-profile.ts";
import { notingReporter, scriptedEquipment, scriptedRequest } from "./scripted-machine.fixture.ts";

const KILL = `
[[action]]
kind = "kill"
node = "b"
after = { node = "a", marker = "fallback-ok" }
`;
describe("a run of two machines", () => {
  it("tells who still runs to end, once every ladder is complete and every self-test gone", async () => {
    const { result, machines } = await playTwo(TWO_NODES, climb);
    expect(result).toMatchObject({ code: "passed", nodes: [{ exit: "guest-shutdown" }, { exit: "guest-shutdown" }] });
    expect([...machines.values()].map(({ calls }) => calls[0])).toEqual(["end", "end"]);
  });

  it("lets a self-test finish that has printed its marker and not ended yet", async () => {
    const before: string[][] = [];
    const { result } = await playTwo(TWO_NODES, (machines) => {
      machines.get("b")?.marker(UP);
      machines.get("a")?.marker(DONE);
      setTimeout(() => {
        before.push(...[...machines.values()].map(({ calls }) => [...calls]));
        machines.get("a")?.event(EventKind.PROCESS_ENDED, { process: "selftest", status: 0 });
      }, 400);
    });
    expect(before).toEqual([[], []]);
    expect(result.code).toBe("passed");
  });

  it("tells them to end too when a console is read after its event port", { timeout: 20_000 }, async () => {
    const { result } = await playTwo(TWO_NODES, (machines) => {
      machines.get("b")?.marker(UP);
      machines.get("a")?.event(EventKind.MARKER, { text: DONE });
      machines.get("a")?.event(EventKind.PROCESS_ENDED, { process: "selftest", status: 0 });
      setTimeout(() => machines.get("a")?.line(DONE), 400);
    });
    expect(result.code).toBe("passed");
  });

  it("kills a machine when the profile says so, and takes its death for no failure", async () => {
    const { result, machines } = await playTwo(TWO_NODES + KILL, climb);
    expect(machines.get("b")?.calls[0]).toBe("kill");
    expect(result).toMatchObject({ code: "passed", nodes: [{ exit: "guest-shutdown" }, { exit: "signal" }] });
  });

  it("fails when a machine dies that nobody was to kill", async () => {
    const { result } = await playTwo(TWO_NODES, (machines) => machines.get("b")?.running.kill());
    expect(result).toMatchObject({ code: "stopped", detail: "QEMU died of SIGKILL" });
  });

  it("asserts what happened before what on another machine", async () => {
    const { result } = await playTwo(TWO_NODES, (machines) => {
      machines.get("a")?.marker(DONE);
      setTimeout(() => climb(machines), 400);
    });
    expect(result.failures.map(({ code }) => code)).toContain("out-of-order");
  });

  it("ends the machine that did start when the other one can't", async () => {
    let started: HandMachine | undefined;
    const { result } = await playTwo(TWO_NODES, climb, {
      startMachine: async (planned, folder, onSerial) => {
        if (planned.spec.name === "a") throw new SetupError("qemu-unusable", "it is broken", "mend it");
        await new Promise((resolve) => setImmediate(resolve));
        started = new HandMachine("b", folder, onSerial);
        return started.running;
      },
    });
    expect(result).toMatchObject({ code: "setup-failed" });
    expect(started?.calls).toEqual(["stop"]);
  });

  it("gives daemons with peers elsewhere the whole run, and the others no time beyond their self-tests", () => {
    const lingerOf = (name: string): number => topologyOfProfile(loadProfile(name).profile).lingerMs;
    expect([lingerOf("cross-vm"), lingerOf("udp-sec")]).toEqual([86_400_000, 0]);
  });
});

describe("a run with a peer on the host", () => {
  it("keeps its deadline while the peer doesn't listen", async () => {
    let peer: HandMachine | undefined;
    const ports = {
      startMachine: () => Promise.reject(new RangeError("no port to tell it")),
      startPeer: async (_: unknown, folder: string, onSerial: (chunk: Uint8Array) => void) => {
        peer = new HandMachine("h", folder, onSerial);
        return peer.running;
      },
      gatherEvidence: async () => [],
    };
    const request = scriptedRequest(loadProfile("host-peer"), { runsFolder, seed: "deaf", timeoutMs: 100 });
    const never = new AbortController().signal;
    const result = await runProfile(request, scriptedEquipment(), notingReporter(), never, ports);
    expect(result).toMatchObject({ code: "timed-out", nodes: [{ name: "h" }] });
    expect(peer?.calls).toEqual(["stop"]);
  });
});

describe("what the evidence is told to expect", () => {
  it("faults by directed pair, and loss only where datagrams get lost", () => {
    expect(faultsOf(loadProfile("cross-vm-loss").profile)).toEqual({
      faults: [
        { from: "a", to: "b", reason: "drop" },
        { from: "b", to: "a", reason: "drop" },
      ],
      lossy: true,
    });
    expect(faultsOf(loadProfile("cross-vm-blackhole").profile).faults[0]).toEqual({
      ...{ from: "a", to: "b", reason: "blackhole", lengthMs: 2000 },
    });
    expect(faultsOf(loadProfile("cross-vm-small-mtu").profile).lossy).toBe(false);
    expect(faultsOf(loadProfile("cross-vm-peer-crash").profile)).toEqual({ faults: [], lossy: false });
    expect(faultsOf(loadProfile("udp-sec").profile)).toEqual({ faults: [], lossy: false });
  });

  it("every pair that dials, once", () => {
    expect(dialsOf(loadProfile("cross-vm").profile)).toEqual([{ from: "a", to: "b" }]);
    expect(dialsOf(loadProfile("udp-sec").profile)).toEqual([{ from: "a.1", to: "a.0" }]);
    expect(dialsOf(loadProfile("mesh-3").profile).map(({ from, to }) => from + to)).toEqual([
      ...["ab", "ac", "ba", "bc", "ca", "cb"],
    ]);
  });
});
