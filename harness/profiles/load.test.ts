import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "prettier";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { projectRoot } from "../host/project-root.ts";
import { profileJsonSchema } from "./json-schema.ts";
import {
  loadAllProfiles,
  loadMarkers,
  loadProfile,
  loadNamedProfile,
  parseProfile,
  profileFolder,
  profileNames,
} from "./load.ts";

const udpSec = readFileSync(join(profileFolder(), "udp-sec.toml"), "utf8");
const errorOf = (toml: string): string => {
  try {
    parseProfile(toml, "x.toml", loadMarkers());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no error";
};
const lineOf = (text: string): number => udpSec.split("\n").findIndex((line) => line.includes(text)) + 1;

describe("built-in profiles", () => {
  it.each(profileNames())("%s loads, with rungs and evidence", (name) => {
    const { profile, manifest } = loadProfile(name);
    expect(profile.evidence.length).toBeGreaterThan(0);
    for (const { marker } of profile.node.flatMap((node) => node.rung)) expect(manifest.get(marker)).toBeDefined();
  });

  it("names the nearest one for a name that isn't there", () => {
    const hint = `did you mean udp-sec? there are: ${profileNames().join(", ")}`;
    expect(() => loadProfile("upd-sec")).toThrow(expect.objectContaining({ code: "profile-unknown", hint }));
  });

  it("the schema for editors is the schema of the loader", async () => {
    const text = await format(JSON.stringify(profileJsonSchema()), { parser: "json", printWidth: 120 });
    await expect(text).toMatchFileSnapshot(join(projectRoot(), "fixtures/profiles/profile.schema.json"));
  });
});

describe("profiles of other folders", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "udpsec-profiles-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are read from their file, whatever they are called", () => {
    const path = join(folder, "mine.toml");
    writeFileSync(path, udpSec.replace('name = "udp-sec"', 'name = "other"'));
    expect(loadNamedProfile(path)).toMatchObject({ path, profile: { name: "other" } });
    writeFileSync(path, udpSec.replace('mode = "udp-sec"', 'mode = "udpsec"'));
    expect(() => loadNamedProfile(path)).toThrow(
      expect.objectContaining({ code: "profile-invalid", message: expect.stringContaining(`${path}:`) as string }),
    );
    const hint = `did you mean ${path}?`;
    expect(() => loadNamedProfile(join(folder, "mien.toml"))).toThrow(
      expect.objectContaining({ code: "profile-unknown", hint }),
    );
    for (const file of ["./mine", "mine.toml"]) expect(() => loadNamedProfile(file)).toThrow("there is no file");
    expect(() => loadNamedProfile("mine")).toThrow("there is no profile mine");
  });

  it("fail alone where one is broken", () => {
    writeFileSync(join(folder, "udp-sec.toml"), udpSec);
    writeFileSync(join(folder, "broken.toml"), "name = ");
    const { loaded, broken } = loadAllProfiles(folder);
    expect(loaded.map(({ profile }) => profile.name)).toEqual(["udp-sec"]);
    expect(broken).toMatchObject([{ name: "broken", error: { code: "profile-invalid" } }]);
  });
});

describe("errors of a profile name file, line and what would fit", () => {
  it("an unknown key", () => {
    expect(errorOf(udpSec.replace('name = "a"', 'name = "a"\nmemoryMb = 200'))).toBe(
      `x.toml:${lineOf('name = "a"') + 1}: unknown key memoryMb; did you mean memoryMib?\n  ${lineOf('name = "a"') + 1} | memoryMb = 200`,
    );
  });

  it("a word that isn't one of those", () => {
    const message = errorOf(udpSec.replace('mode = "udp-sec"', 'mode = "udpsec"'));
    expect(message).toContain(`x.toml:${lineOf("mode =")}: node.0.process.0.mode: expected one of auto, udp-sec, tcp`);
  });

  it("a kind of network that isn't one", () => {
    const message = errorOf(udpSec.replace('kind = "fabric"', 'kind = "fabrik"'));
    expect(message).toContain(
      `x.toml:${lineOf('kind = "fabric"')}: network.kind: expected one of none, hub, user, vm-to-vm, fabric`,
    );
  });

  it("a duration without a unit that exists", () => {
    expect(errorOf(udpSec.replace('budget = "20s"', 'budget = "20 parsecs"'))).toContain(
      `x.toml:${lineOf('budget = "20s"')}: node.0.rung.0.budget: expected a duration`,
    );
  });

  it("a marker, a target, a second VM that don't exist", () => {
    expect(errorOf(udpSec.replace('marker = "bulk-ok"', 'marker = "bluk-ok"'))).toContain(
      `x.toml:${lineOf('"bulk-ok"')}: no marker bluk-ok; did you mean bulk-ok?`,
    );
    expect(errorOf(udpSec.replace('target = "a"', 'target = "b"'))).toContain(`x.toml:${lineOf("target")}: no node b`);
    expect(errorOf(udpSec.replace('kind = "fabric"', 'kind = "vm-to-vm"'))).toContain("vm-to-vm needs exactly two VMs");
  });

  describe("a link", () => {
    const link = (...links: readonly string[]): string =>
      udpSec.replace('kind = "fabric"', `kind = "fabric"\nlink = [${links.map((one) => `{ ${one} }`).join(", ")}]`);
    const oneNic = udpSec.replaceAll('namespace = "second"', 'namespace = "root"');

    it("of one machine's two NICs is none of those", () => {
      expect(() =>
        parseProfile(link('from = "a.1", to = "a.0", bothWays = true'), "x.toml", loadMarkers()),
      ).not.toThrow();
    });

    it.each([
      ["an end that isn't one", link('from = "a.2", to = "a.0"'), "expected a node such as a, or one of its NICs"],
      ["a node that isn't there", link('from = "b.1", to = "a.0"'), "no node b"],
      ["both ends in one", link('from = "a", to = "a"'), "a is both ends: name two NICs, such as a.0 and a.1"],
      [
        "faults that another link would hide",
        link('from = "a.1", to = "a.0"', 'from = "a", to = "a.0"'),
        "the way from a to a.0 is part of a link from a.1 to a.0: write both in the same words",
      ],
      [
        "a fault that waits for what nobody waits for: it would never begin",
        link(
          'from = "a.1", to = "a.0", faults = [{ kind = "blackhole", length = "1s", after = { node = "a", marker = "bulk" } }]',
        ),
        "bulk is no rung of node a",
      ],
      [
        "one that waits for another boot than there is",
        link(
          'from = "a.1", to = "a.0", faults = [{ kind = "blackhole", length = "1s", after = { node = "a", marker = "bulk-ok", boot = 2 } }]',
        ),
        "bulk-ok is no rung of node a in boot 2",
      ],
      [
        "the same on its way back",
        link('from = "a.1", to = "a.0", bothWays = true', 'from = "a.0", to = "a"'),
        "the way from a.0 to a is part of a link from a.0 to a.1",
      ],
    ])("that has %s", (_, toml, message) => expect(errorOf(toml)).toContain(message));

    it("to a NIC that a machine doesn't have", () => {
      const crossVm = readFileSync(join(profileFolder(), "cross-vm-loss.toml"), "utf8");
      expect(errorOf(crossVm.replace('to = "b"', 'to = "b.1"'))).toContain("node b has no NIC 1: the second one is");
    });

    it("of a machine that has but one: there is nobody to talk to", () => {
      expect(errorOf(oneNic)).toContain("fabric needs two NICs of VMs or more");
    });
  });

  it("a self-test that was told no namespace, in a machine of its own, and one where there is no second", () => {
    const crossVm = readFileSync(join(profileFolder(), "cross-vm-loss.toml"), "utf8");
    expect(errorOf(crossVm.replace('namespace = "root"\n', ""))).toContain(
      'nobody is in namespace "root" of node a: say namespace = "root"',
    );
    const unswitched = readFileSync(join(profileFolder(), "cross-vm.toml"), "utf8");
    expect(errorOf(unswitched.replaceAll('namespace = "root"\n', ""))).toContain(
      'namespace "second" exists only on the hub and the fabric',
    );
  });

  it("a rule of evidence that doesn't exist, of the profile and of its own marker", () => {
    expect(errorOf(udpSec.replace(/evidence = .*/, 'evidence = ["datagram-sise"]'))).toBe(
      `x.toml:${lineOf("evidence =")}: no rule of evidence datagram-sise; did you mean datagram-size?\n  ${lineOf("evidence =")} | evidence = ["datagram-sise"]`,
    );
    const marker = '[[marker]]\nid = "hello"\ntext = "hello"\nprocess = "p"\nproves = "p"\nevidence = ["magic"]\n';
    expect(errorOf(`${udpSec}\n${marker}`)).toMatch(/^x\.toml:\d+: no rule of evidence magic/);
  });

  it("a node to kill that doesn't exist, or is no machine", () => {
    const crash = readFileSync(join(profileFolder(), "cross-vm-peer-crash.toml"), "utf8");
    expect(errorOf(crash.replace('node = "b"\nafter', 'node = "c"\nafter'))).toMatch(/^x\.toml:\d+: no node c/);
    const peer = readFileSync(join(profileFolder(), "host-peer.toml"), "utf8");
    const action = '[[action]]\nkind = "kill"\nnode = "h"\nafter = { node = "h", marker = "session-ok" }\n';
    expect(errorOf(`${peer}\n${action}`)).toContain("node h is no machine: it can't be killed");
  });

  it("a text that isn't TOML", () => {
    expect(errorOf('name = "a"\nx = = 2')).toMatch(/^x\.toml:2: .*\n {2}2 \| x = = 2$/);
  });

  it.each(["15 sek", "0s", "-3s"])("a budget of %s: one error, not two", (budget) => {
    const error = errorOf(udpSec.replace('budget = "15s"', `budget = "${budget}"`));
    expect(error.match(/expected a duration/g)).toHaveLength(1);
  });

  it("no rungs, no evidence: each an error", () => {
    expect(errorOf(udpSec.replace(/evidence = .*/, "evidence = []"))).toContain("evidence");
    expect(errorOf(udpSec.replace(/\[\[node\.rung\]\][^]*/, ""))).toContain("rung");
  });

  it("a delay or a rate for some frames only: they are of the whole link", () => {
    const loss = readFileSync(join(profileFolder(), "cross-vm-loss.toml"), "utf8");
    const shaped = loss.replace('kind = "drop", probability = 0.05', 'kind = "delay", delay = "5ms"');
    expect(errorOf(shaped)).toContain("key match does not go with this kind");
  });
});
