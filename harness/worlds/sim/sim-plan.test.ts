import { describe, expect, it } from "vitest";
import { loadProfile, profileNames } from "../../profiles/load.ts";
import { runInSim } from "./run-in-sim.ts";
import { simPlanOf } from "./sim-plan.ts";

const planOf = (name: string) => {
  const { profile, manifest } = loadProfile(name);
  return simPlanOf(profile, manifest);
};

describe("a profile as a plan of the virtual world", () => {
  it("makes each process a host of its own, with the profile's work", () => {
    expect(planOf("cross-vm").nodes.map(({ name, dials, tests }) => ({ name, dials, tests }))).toEqual([
      { name: "a/dsoftbusd", dials: "b/dsoftbusd", tests: undefined },
      { name: "a/selftest", dials: undefined, tests: "b/dsoftbusd" },
      { name: "b/dsoftbusd", dials: undefined, tests: undefined },
    ]);
    expect(planOf("cross-vm").nodes[1]?.probes).toContainEqual({ name: "bulk", bytes: 262_144, messages: 100 });
  });

  it("takes the faults of each direction, triggers by the marker's text", () => {
    const { there, back } = planOf("cross-vm-loss").path;
    expect([there, back]).toMatchObject([{ faults: [{ chance: 0.05 }] }, { faults: [{ chance: 0.1 }] }]);
    const dead = planOf("cross-vm-blackhole").path.there;
    expect(dead).toMatchObject({
      rateMbps: 2,
      faults: [{ kind: "blackhole", during: { trigger: "SELFTEST: udp-sec control ok", fromMs: 300, untilMs: 2300 } }],
    });
  });

  it("takes of several links that match the last, as the switch does, and knows the one of all", () => {
    const { profile, manifest } = loadProfile("cross-vm-loss");
    const link = (from: string, to: string, delay: number) => ({
      ...{ from, to, bothWays: false },
      faults: [{ kind: "delay" as const, delay }],
    });
    const pathOver = (links: ReturnType<typeof link>[]) =>
      simPlanOf({ ...profile, network: { kind: "fabric", link: links } }, manifest).path;
    const [all, there] = [link("*", "*", 20), link("a", "b", 30)];
    expect(pathOver([all])).toMatchObject({ there: { delayMs: 20 }, back: { delayMs: 20 } });
    expect(pathOver([all, there])).toMatchObject({ there: { delayMs: 30 }, back: { delayMs: 20 } });
    expect(pathOver([there, all])).toMatchObject({ there: { delayMs: 20 }, back: { delayMs: 20 } });
  });

  it("takes the faults between the NICs of one machine, from who dials", () => {
    const { profile, manifest } = loadProfile("udp-sec");
    const link = (from: string, to: string, delay: number) => ({
      ...{ from, to, bothWays: false },
      faults: [{ kind: "delay" as const, delay }],
    });
    const links = [link("a.1", "a.0", 20), link("a.0", "a.1", 30)];
    expect(simPlanOf({ ...profile, network: { kind: "fabric", link: links } }, manifest).path).toMatchObject({
      ...{ there: { delayMs: 20 }, back: { delayMs: 30 } },
    });
  });

  it("has no hardware source where the machine has none", () => {
    expect(planOf("rng-gate").nodes[0]?.entropy).toEqual({ kernelInitialised: true, hardwareSource: undefined });
  });

  it("refuses a profile whose network doesn't exist there", () => {
    expect(() => planOf("host-peer")).toThrow("profile host-peer runs in qemu only");
  });
});

describe("in virtual time", () => {
  const inSim = profileNames().filter((name) => loadProfile(name).profile.worlds.includes("sim"));

  const run = (name: string) => runInSim(loadProfile(name), "1", new AbortController().signal);

  it.each(inSim)(
    "%s climbs the ladder that it climbs in machines",
    async (name) => {
      const { failures, rungs } = await run(name);
      expect(failures).toEqual([]);
      expect(rungs.length).toBeGreaterThan(0);
      expect(rungs.every(({ seen, count }) => seen === count)).toBe(true);
    },
    60_000,
  );

  it("the same seed is the same run", async () => {
    expect((await run("cross-vm-loss")).traceHash).toBe((await run("cross-vm-loss")).traceHash);
  }, 60_000);

  it("misses the rung that a cut link makes impossible, and says which", async () => {
    const loaded = loadProfile("cross-vm-loss");
    const cut = { from: "a", to: "b", bothWays: false, faults: [{ kind: "drop" as const }] };
    const profile = { ...loaded.profile, network: { kind: "fabric" as const, link: [cut] } };
    const result = await runInSim({ ...loaded, profile }, "1", new AbortController().signal);
    expect(result.passed).toBe(false);
    expect(result.failures.map(({ code }) => code)).toEqual(expect.arrayContaining(["checker", "exited"]));
  }, 60_000);
});
