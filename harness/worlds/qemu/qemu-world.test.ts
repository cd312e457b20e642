import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatEventLine } from "../../../contract/event-line.ts";
import { EventKind } from "../../../contract/events.ts";
import { type LiarPlan, liarPlanSchema } from "../../peer/liar-plan.ts";
import { deviceOfSeed } from "../../observer/crypto/device.ts";
import { suitePlanSchema } from "../../peer/suite-plan.ts";
import { SESSION_PORT } from "../../topology/addressing.ts";
import { udpsecGuest } from "../../guests/udpsec-guest.ts";
import { loadProfile } from "../../profiles/load.ts";
import { planTopology } from "../../topology/plan.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import { blankMachine } from "../live/blank-machine.fixture.ts";
import { startClock } from "../live/clock.ts";
import type { NodeExit } from "../live/node-exit.ts";
import type { NodeStarters, RunningMachine } from "../live/live-node.ts";
import { QemuWorld } from "./qemu-world.ts";
import type { LiveListener, LiveRun } from "../live/world.ts";

const artifactsFolder = mkdtempSync(join(tmpdir(), "live-"));
afterAll(() => rmSync(artifactsFolder, { recursive: true, force: true }));

const IMAGE = { kernelPath: "/k", initrdPath: "/i", drives: [], origin: {} };
const MEANS = { kinds: new Map([[udpsecGuest, { kind: udpsecGuest, image: IMAGE, accelerator: "tcg" as const }]]) };
const LISTENING = formatEventLine({
  ...{ seq: 1, source: "h", atMs: 1, kind: EventKind.LISTENING, data: { port: 40_123 } },
});

/** A node that runs until it is stopped. @param stops gets its name then */
function quietNode(name: string, stops: string[], events = ""): RunningMachine {
  const { files, end, ...blank } = blankMachine(name, artifactsFolder);
  writeFileSync(files.eventLogPath, events);
  const stop = (): Promise<NodeExit> => {
    stops.push(name);
    end({ kind: "ended" });
    return blank.exited;
  };
  return { ...files, ...blank, commandLine: name, endInOrder: () => undefined, kill: () => undefined, stop };
}

/** @returns a run of a profile, what was asked of its nodes, and what its listener heard */
function startRun(overrides: Partial<NodeStarters> = {}, hostSays = LISTENING, profile = "host-peer") {
  const stops: string[] = [];
  const configurations: string[] = [];
  const heard: string[] = [];
  const starters: NodeStarters = {
    startMachine: async ({ spec, configuration }) => {
      configurations.push(configuration);
      return quietNode(spec.name, stops);
    },
    startPeer: async ({ plan }) => quietNode(plan.node.name, stops, hostSays),
    ...overrides,
  };
  const listener: LiveListener = {
    joined: ({ name }) => heard.push(`joined ${name}`),
    line: () => undefined,
    event: ({ name }, { kind }) => heard.push(`${name} ${kind}`),
    exited: ({ name }) => heard.push(`exited ${name}`),
    broken: ({ code }) => heard.push(code),
  };
  const plan = planTopology(topologyOfProfile(loadProfile(profile).profile), { seed: "s", nonce: "n" });
  const options = { artifactsFolder, replay: undefined, keepsEvidence: true, clock: startClock(), listener };
  const live: LiveRun = new QemuWorld(MEANS, starters).start(plan, options);
  return { live, stops, configurations, heard };
}

describe("a live run", () => {
  it("starts the host's daemon first and tells the machine the port on which it listens", async () => {
    const { live, configurations, heard } = startRun();
    await live.started;
    expect(heard.filter((what) => what.startsWith("joined"))).toEqual(["joined h", "joined a"]);
    expect(configurations).toEqual([expect.stringContaining('"port":40123')]);
    expect((await live.end()).ports).toEqual(new Map([["h", 40_123]]));
  });

  it("gives the harness's own peer a way into the machine, and tells it, not the guest, of the lies", async () => {
    const launched: { networks: unknown; configuration: string; liar?: string }[] = [];
    const { live } = startRun(
      {
        startMachine: async ({ spec, configuration }) => {
          launched.push({ networks: spec.networks, configuration });
          return quietNode(spec.name, []);
        },
        startPeer: async ({ plan, configuration, liar = "" }) => {
          launched.push({ networks: [], configuration, liar });
          return quietNode(plan.node.name, [], LISTENING);
        },
      },
      LISTENING,
      "liars",
    );
    await live.started;
    await live.end();
    const [peer, overTcp, machine] = launched;
    const [{ guest, ...told }, other] = [peer, overTcp].map((one) =>
      liarPlanSchema.parse(JSON.parse(one?.liar ?? "{}")),
    ) as [LiarPlan, LiarPlan];
    expect(told).toMatchObject({ lies: "all", seed: "s", over: "udp" });
    expect(other).toMatchObject({ over: "tcp", guest: { port: guest.port } });
    // Each of the machine's daemons speaks one transport, and is a device of its own.
    expect(other.guest.deviceId).not.toBe(guest.deviceId);
    const forwards = ["udp", "tcp"].map((protocol) => ({ protocol, hostPort: guest.port, guestPort: SESSION_PORT }));
    expect(machine?.networks).toMatchObject([{ kind: "user", hostForwards: forwards }]);
    expect(machine?.configuration).not.toMatch(/lie|stranger/);
  });

  it("tells the suite for every implementation where the machine's daemon is, and the machine whom it plays as", async () => {
    let [suite, table] = ["{}", ""];
    const { live } = startRun(
      {
        startMachine: async ({ spec, configuration }) => {
          table = configuration;
          return quietNode(spec.name, []);
        },
        startPeer: async ({ plan, suite: told = "{}" }) => {
          suite = told;
          return quietNode(plan.node.name, [], LISTENING);
        },
      },
      LISTENING,
      "conform-vm",
    );
    await live.started;
    await live.end();
    const { cases, suiteSeeds, strangerSeed } = suitePlanSchema.parse(JSON.parse(suite));
    expect([cases, new Set(suiteSeeds).size]).toEqual(["all", 4]);
    const idOf = (seed: string): string => deviceOfSeed(Uint8Array.from(Buffer.from(seed, "hex"))).deviceId;
    expect(suiteSeeds.filter((seed) => !table.includes(idOf(seed)))).toEqual([]);
    expect(table).not.toContain(idOf(strangerSeed));
  });

  it("ends once, however often it is told to, and leaves what its nodes said", async () => {
    const { live, stops } = startRun();
    await live.started;
    const [first, second] = await Promise.all([live.end(), live.end()]);
    expect(second).toBe(first);
    expect(stops.toSorted()).toEqual(["a", "h"]);
    expect(first.nodes).toMatchObject([
      { name: "h", exit: { kind: "ended" }, expected: "ended-by-us", events: [{ kind: EventKind.LISTENING }] },
      { name: "a", exit: { kind: "ended" }, expected: "ended-by-us", events: [] },
    ]);
  });

  it("waits no longer for a daemon that never listens, once the start is given up", async () => {
    const { live, configurations, stops } = startRun({}, "");
    live.giveUpStart();
    await live.started;
    const { nodes } = await live.end();
    expect([configurations, stops, nodes.map(({ name }) => name)]).toEqual([[], ["h"], ["h"]]);
  });

  it("tells that a node could not be started, and still ends those that were", async () => {
    const startMachine = () => Promise.reject(new RangeError("no such machine"));
    const { live, stops } = startRun({ startMachine });
    await expect(live.started).rejects.toThrow("no such machine");
    const { nodes } = await live.end();
    expect(stops).toEqual(["h"]);
    expect(nodes.find(({ name }) => name === "a")).toMatchObject({ files: undefined, exit: undefined });
  });

  it("takes the death of a node that was killed for what was wanted", async () => {
    const { live } = startRun();
    await live.started;
    live.nodes.find(({ name }) => name === "a")?.kill();
    expect((await live.end()).nodes.map(({ expected }) => expected)).toEqual(["ended-by-us", "killed"]);
  });
});
