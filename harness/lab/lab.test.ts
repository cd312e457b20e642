import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, expectTypeOf, it } from "vitest";
import { daemon, drop, faults, forget, partition, selftest } from "./declare/words.ts";
import type { LabTopology } from "./declare/topology.ts";
import type { FieldsOf } from "./declare/pattern.ts";
import { refuseThread } from "./lab.ts";
import type { LabNode } from "./live/node.ts";
import { CONFIRMED, ONE, one, puppetLab } from "./puppet-lab.fixture.ts";

const TWO = {
  networks: { net: { kind: "fabric", links: [{ between: ["a", "b"], faults: [drop(0.1)] }] } },
  nodes: {
    a: { nics: ["net"], process: [selftest({ target: "b", probes: ["control"] })] },
    b: { nics: ["net"], process: [daemon()] },
  },
  actions: { cut: partition("a", "b"), storm: faults("a", "b", [drop(0.5)]) },
} as const satisfies LabTopology;

const ROUTED = {
  networks: {
    home: { kind: "fabric" },
    world: { kind: "fabric", links: [{ between: ["gw", "b"], faults: [drop(0.1)] }] },
  },
  gateway: { inside: "home", outside: "world", mapping: "endpoint-dependent" },
  actions: { rebooted: forget(), cut: partition("gw", "b") },
  nodes: {
    a: { nics: ["home"], process: [selftest({ target: "b", probes: ["control"] })] },
    b: { nics: ["world"], process: [daemon()] },
  },
} as const satisfies LabTopology;

describe("a marker", () => {
  it("is reached whenever it came, by its text or its id, and each one that came is held to its evidence", async () => {
    const { a, machine, lab, judged, told } = await one();
    machine.mark("dsoftbus: udp-sec os listener up 37024");
    const reached = await a.reach("dsoftbus: udp-sec os listener up <port:port>");
    expect(reached).toMatchObject({ fields: { port: 37024 }, line: "dsoftbus: udp-sec os listener up 37024" });
    expect((await a.reach("listener-up")).line).toBe(reached.line);
    const run = await lab.end();
    expect(told).toContain("note a: dsoftbus: udp-sec os listener up 37024");
    expect(told).toContain("reached a/listener-up");
    expect(judged[0]?.rungs).toMatchObject([{ marker: "listener-up", seen: 1, delivered: 1 }]);
    // Nothing confirms it here.
    expect(run).toMatchObject({ passed: false, code: "unconfirmed/listener-answers" });
    expect(run.markers).toMatchObject([{ node: "a", marker: "listener-up", standing: "nothing to judge" }]);
  });

  it("is held to its evidence though the console gave its line up since, and so is a crash", async () => {
    const flood = "and on it goes\r\n".repeat(100_100);
    const marked = await one();
    marked.machine.mark("dsoftbus: udp-sec os listener up 37024");
    const { atMs } = await marked.a.reach("listener-up");
    marked.machine.say(flood);
    const run = await marked.lab.end();
    expect(run).toMatchObject({ code: "unconfirmed/listener-answers", markers: [{ marker: "listener-up", atMs }] });
    expect(run.consoles.get("a")?.[0]).toBe("and on it goes");
    const crashed = await one();
    crashed.machine.say(`Kernel panic - not syncing\r\n${flood}`);
    expect(await crashed.lab.end()).toMatchObject({ passed: false, code: "crashed" });
  });

  it("that the event port tells first is reached on the console, whole or mended", async () => {
    const { a, machine, lab } = await one();
    machine.tell("dsoftbus: udp-sec os session ok");
    const reached = a.reach("session-ok");
    await expect(Promise.race([reached, sleep(400)])).resolves.toBeUndefined();
    machine.say("dsoftbus: udp-sec os ses[   12.345678] virtio_net eth0: link up\r\nsion ok\r\n");
    expect((await reached).line).toBe("dsoftbus: udp-sec os session ok");
    await lab.end();
  });

  it("that is in no list fails a guest of ours", async () => {
    const { machine, lab } = await one();
    machine.say("SELFTEST: something new ok\r\n");
    expect(await lab.end()).toMatchObject({ code: "unknown-marker" });
  });
});

describe("a topology", () => {
  const start = (topology: LabTopology) => puppetLab().lab.start(topology);

  it.each<[string, LabTopology, RegExp]>([
    [
      "a network that isn't there",
      { ...TWO, nodes: { ...TWO.nodes, b: { nics: ["nat"], process: [daemon()] } } },
      /nodes\.b\.nics: no network nat; did you mean net/,
    ],
    ["a guest that isn't there", { nodes: { a: { guest: "udpsek" } } }, /no guest udpsek; did you mean udpsec/],
    [
      "a node without anything to do",
      { nodes: { a: {} } },
      /^the topology makes no sense\nnodes\.a: this node runs nothing/,
    ],
    [
      "a daemon that isn't there",
      { ...TWO, nodes: { ...TWO.nodes, b: { process: [daemon({ dials: ["c"] })] } } },
      /no node c/,
    ],
    [
      "a chance above one",
      { ...TWO, networks: { net: { kind: "fabric", links: [{ between: ["a", "b"], faults: [drop(2)] }] } } },
      /networks\.net\.links\.0\.faults\.0\.probability: Too big/,
    ],
    [
      "two networks of different kinds",
      { ...TWO, networks: { net: { kind: "fabric" }, other: { kind: "hub" } } },
      /networks: of several networks each is of kind fabric/,
    ],
    ["actions without a switch", { ...ONE, actions: TWO.actions }, /kind fabric/],
    [
      "a marker's rule that isn't there",
      { ...ONE, markers: [{ id: "up", text: "up", evidence: ["ping-answerd"] }] },
      /did you mean ping-answered/,
    ],
    [
      "words that nobody knows",
      {
        ...ONE,
        ...({ network: {}, markers: [{ id: "up", text: "up", evidnce: [] }] } as object),
        networks: { net: { kind: "fabric", ...({ link: [] } as object) } },
      },
      /^the topology makes no sense\nnetwork: there .*did you mean networks.*\nnetworks\.net\.link: .*links.*\nmarkers\.0\.evidnce: /,
    ],
    ["nobody who could forget", { ...TWO, actions: { rebooted: forget() } }, /actions: nobody forgets/],
    [
      "a gateway to nowhere",
      { ...ROUTED, gateway: { inside: "home", outside: "street" } },
      /gateway\.outside: .*street/,
    ],
  ])("with %s is refused before anything starts", async (_, topology, message) => {
    await expect(start(topology)).rejects.toMatchObject({
      code: "lab-topology",
      message: expect.stringMatching(message) as unknown,
    });
  });
});

it("a topology has several networks, and a gateway between two of them", async () => {
  const { lab, judged, told } = puppetLab();
  await lab.start(ROUTED);
  await lab.begin("rebooted");
  await lab.begin("cut");
  await lab.clear("cut");
  for (const place of ["forgot", "reached action 2 begins", "reached action 2 ends"]) expect(told).toContain(place);
  await expect(lab.clear("rebooted")).rejects.toMatchObject({ code: "action-missed" });
  await lab.end();
  expect(judged[0]?.plan.topology).toMatchObject({
    networks: [{ name: "home" }, { name: "world" }],
    gateway: { name: "gw", inside: "home", outside: "world", mapping: "endpoint-dependent", filtering: "none" },
    nodes: [{ nics: [{ network: "home" }] }, { nics: [{ network: "world" }] }],
  });
});

describe("what is done to a run", () => {
  it("has a name, is written to the capture, and begins once", async () => {
    const { lab, told } = puppetLab();
    expectTypeOf(await lab.start(TWO)).toEqualTypeOf<{ readonly a: LabNode; readonly b: LabNode }>();
    await lab.begin("cut");
    await lab.clear("cut");
    await lab.begin("storm");
    expect(told).toEqual([
      "took 2",
      ...["note action: partition a | b", "reached action 1 begins"],
      ...["note action: clear partition a | b", "reached action 1 ends"],
      ...["note action: faults a <> b: drop", "reached action 2 begins"],
    ]);
    await expect(lab.begin("cut")).rejects.toMatchObject({
      code: "lab-misuse",
      message: expect.stringMatching(/begun before/) as unknown,
    });
    await expect(lab.begin("cutt")).rejects.toMatchObject({
      message: expect.stringMatching(/no action cutt; did you mean cut/) as unknown,
    });
    await lab.end();
    await expect(lab.clear("storm")).rejects.toMatchObject({
      code: "lab-misuse",
      message: expect.stringMatching(/has ended/) as unknown,
    });
  });

  it("needs a guest that can", async () => {
    const { lab, puppet, told } = puppetLab();
    const { a } = await lab.start(TWO);
    await a.exec(["ls", "/run"]);
    await a.jumpClock(60_000);
    expect(puppet("a").typed).toEqual(["exec ls /run\r", "clock +60\r"]);
    expect(told).toContain("note action: exec in a: ls /run");
    await expect(a.reset()).rejects.toMatchObject({
      code: "lab-misuse",
      message: expect.stringMatching(/can't be reset/) as unknown,
    });
    await expect(a.exec(["ls", "\n"])).rejects.toMatchObject({
      code: "lab-misuse",
      message: expect.stringMatching(/printable ASCII/) as unknown,
    });
    await lab.end();
  });

  it("is a kill or a pause of a machine", async () => {
    const { lab, puppet, judged } = puppetLab();
    const { a, b } = await lab.start(TWO);
    await b.pause();
    await b.resume();
    expect(puppet("b").calls).toEqual(["pause", "resume"]);
    await a.kill();
    expect(await a.exited()).toEqual({ kind: "signal", signal: "SIGKILL" });
    await expect(a.pause()).rejects.toMatchObject({ code: "action-missed" });
    expect((await lab.end()).failures).toEqual([]);
    expect(judged[0]?.profile.action.map(({ kind }) => kind)).toContain("kill");
    expect(judged[0]?.finished.nodes.map(({ expected }) => expected)).toEqual(["killed", "power-off"]);
  });
});

describe("the end", () => {
  it("is one, in order, and leaves a folder", async () => {
    const { lab, machine, told } = await one({ name: "Boots: at all?" });
    const [first, second] = await Promise.all([lab.end(), lab.end()]);
    expect(second).toBe(first);
    expect(machine.calls).toEqual(["endInOrder", "stop"]);
    expect(first).toMatchObject({
      passed: true,
      code: "passed",
      seed: "7",
      again: expect.stringMatching(/^UDPSEC_SEED=7 /) as unknown,
    });
    expect(first.artifactsFolder).toMatch(/lab-boots-at-all--/);
    expect(existsSync(join(first.artifactsFolder, "summary.json"))).toBe(true);
    expect(told).toEqual(["took 1", "left"]);
    await lab[Symbol.asyncDispose]();
  });

  it("cuts a run whose self-tests go on, and waits a moment for those that are about to end", async () => {
    const cut = puppetLab({ keepsTesting: true });
    await cut.lab.start(TWO);
    const ending = cut.lab.end();
    expect(await ending).toMatchObject({ passed: true });
    expect([...cut.puppet("a").calls, ...cut.puppet("b").calls]).toEqual(["stop", "stop"]);
    const done = puppetLab({ keepsTesting: true });
    await done.lab.start(TWO);
    setTimeout(() => done.puppet("a").endSelftest(), 200);
    await done.lab.end();
    expect(done.puppet("b").calls).toEqual(["endInOrder", "stop"]);
  });

  it("judges on disposal what the test had no word with", async () => {
    const bad = await one();
    bad.machine.say("Kernel panic - not syncing\r\n");
    await expect(bad.lab[Symbol.asyncDispose]()).rejects.toMatchObject({
      code: "lab-failed",
      message: expect.stringMatching(/^crashed: /) as unknown,
    });
    const good = await one();
    await good.lab[Symbol.asyncDispose]();
    const judged = await one();
    judged.machine.say("Kernel panic - not syncing\r\n");
    expect((await judged.lab.end()).passed).toBe(false);
    await judged.lab[Symbol.asyncDispose]();
    await puppetLab().lab[Symbol.asyncDispose]();
  });

  it("comes at once when the test is over, for whoever waits too", async () => {
    const test = new AbortController();
    const { a, machine, lab, told } = await one({ signal: test.signal, deaf: true });
    const waiting = a.reach("never");
    test.abort("timed out");
    await expect(waiting).rejects.toMatchObject({
      code: "lab-ended",
      message: expect.stringMatching(/timed out/) as unknown,
    });
    expect(await lab.end()).toMatchObject({ code: "interrupted", detail: "timed out" });
    expect(machine.calls).toEqual(["stop"]);
    expect(told.at(-1)).toBe("left");
  });

  it("that was to be in order comes at once then, too", async () => {
    const test = new AbortController();
    const { machine, lab } = await one({ signal: test.signal, deaf: true });
    const startedMs = performance.now();
    setTimeout(() => test.abort("timed out"), 100);
    expect(await lab.end()).toMatchObject({ code: "interrupted" });
    expect(machine.calls).toEqual(["endInOrder", "stop"]);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  it("comes before anything boots, for a test that is over while its lab waits for a place", async () => {
    const test = new AbortController();
    let free = (): void => undefined;
    const place = new Promise<void>((resolve) => (free = resolve));
    const made = [puppetLab({ place, signal: test.signal }), puppetLab({ place }), puppetLab()];
    const [aborted, disposed, late] = made.map(({ lab }) => lab);
    const starts = [aborted, disposed].map((lab) =>
      expect(lab?.start(ONE)).rejects.toMatchObject({ code: "lab-ended" }),
    );
    test.abort("timed out");
    const ends = made.map(({ lab }) => lab[Symbol.asyncDispose]());
    free();
    await Promise.all([...starts, ...ends]);
    await expect(late?.start(ONE)).rejects.toMatchObject({ code: "lab-ended" });
    for (const { puppet } of made) expect(() => puppet("a")).toThrow("no puppet");
    expect(made.map(({ told }) => told)).toEqual([["took 1", "left"], ["took 1", "left"], []]);
  });

  it("comes for the others where one can't be started", async () => {
    const { lab, puppet, told } = puppetLab({ broken: "b" });
    await expect(lab.start(TWO)).rejects.toMatchObject({ code: "machine-start" });
    expect(puppet("a").calls).toEqual(["stop"]);
    expect(told.at(-1)).toBe("left");
    expect(await lab.end()).toMatchObject({ passed: false, code: "setup-failed" });
  });

  it("asks every rule, of which nothing follows for the run", async () => {
    const denied = { rule: "no-tcp-payload", marker: undefined, finding: "contradicted", saw: "7 bytes" } as const;
    const { lab, judged } = await one({ findings: [CONFIRMED, { ...denied, isConsulted: true }] });
    const run = await lab.end();
    expect(judged[0]?.consulted).toContain("no-fragments");
    expect(run).toMatchObject({ passed: true, evidence: [CONFIRMED, denied] });
    const claimed = await one({ findings: [CONFIRMED, denied] });
    expect(await claimed.lab.end()).toMatchObject({ passed: false, code: "contradicted/no-tcp-payload" });
  });
});

describe("a lab", () => {
  it("is one run", async () => {
    const { lab } = await one();
    await expect(lab.start(ONE)).rejects.toMatchObject({
      code: "lab-misuse",
      message: expect.stringMatching(/started before/) as unknown,
    });
    await lab.end();
    await expect(puppetLab().lab.end()).rejects.toMatchObject({
      code: "lab-misuse",
      message: expect.stringMatching(/not started/) as unknown,
    });
    await expect(puppetLab().lab.start(ONE, { seed: "a b" })).rejects.toMatchObject({ code: "lab-misuse" });
  });

  it("is none in a worker thread", () => {
    expect(() => refuseThread(true)).not.toThrow();
    expect(() => refuseThread(false)).toThrow(expect.objectContaining({ code: "lab-in-thread" }));
  });

  it("knows fields by their text", () => {
    expectTypeOf<FieldsOf<"<a:port> and <b:word>">>().toEqualTypeOf<{ readonly a: number; readonly b: string }>();
    expectTypeOf<FieldsOf<string>>().toEqualTypeOf<Readonly<Record<string, string | number>>>();
  });
});
