import { expect, test } from "vitest";
import { guestKind } from "../../guests/registry.ts";
import { loadProfile, profileNames } from "../../profiles/load.ts";
import { planTopology } from "../../topology/plan.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import type { ListeningPorts } from "../../topology/addressing.ts";
import type { WirePlan } from "../../evidence/scene/wire-plan.ts";
import { wirePlanOf } from "./wire-plan.ts";

function planned(name: string, ports: ListeningPorts = new Map()): WirePlan {
  return wirePlanOf(planTopology(topologyOfProfile(loadProfile(name).profile), { seed: "s", nonce: "n" }), ports);
}

test("both NICs of a hub, its listener, and the router that QEMU plugs in", () => {
  const { wires } = planned("udp-sec-hub");
  const wire = {
    stations: [
      { mac: "52:54:00:24:01:00", ip: "10.24.0.1", tap: "a.0" },
      { mac: "52:54:00:24:01:01", ip: "10.24.0.2", tap: "a.1" },
      { mac: "52:56:00:00:00:02", ip: "fe80::2", tap: undefined },
    ],
    listeners: [{ ip: "10.24.0.1", port: 37_024 }],
    gateProbes: 0,
  };
  expect(wires).toEqual({ "a.0": wire, "a.1": wire });
});

test("one machine on the switch is two stations of it, and no router is among them", () => {
  const { wires } = planned("rng-gate");
  expect(Object.keys(wires)).toEqual(["a.0", "a.1"]);
  expect(wires["a.1"]?.stations.map(({ ip, tap }) => [ip, tap])).toEqual([
    ["10.24.0.1", "a.0"],
    ["10.24.0.2", "a.1"],
  ]);
  expect(wires["a.0"]?.gateProbes).toBe(1);
});

test("daemons on the host are the user network's address, each at its port", () => {
  const ports = new Map([
    ["h", 4_001],
    ["t", 4_002],
    ["l", 4_003],
    ["m", 4_004],
  ]);
  const wire = planned("two-party", ports).wires["a.0"];
  expect(wire?.listeners).toEqual([
    { ip: "10.0.2.15", port: 37_024 },
    { ip: "10.0.2.2", port: 4_001 },
    { ip: "10.0.2.2", port: 4_002 },
    { ip: "10.0.2.2", port: 4_003 },
    { ip: "10.0.2.2", port: 4_004 },
  ]);
  expect(wire?.stations.map(({ ip, tap }) => [ip, tap])).toEqual([
    ["10.0.2.15", "a.0"],
    ["10.0.2.2", undefined],
    ["fe80::2", undefined],
  ]);
});

test("every NIC on a switch is a station of it, and every daemon listens", () => {
  const { wires } = planned("mesh-3");
  expect(Object.keys(wires)).toEqual(["a.0", "b.0", "c.0"]);
  expect(wires["b.0"]?.listeners.map(({ ip }) => ip)).toEqual(["10.24.0.1", "10.24.0.2", "10.24.0.3"]);
});

test("a gateway is a station of both its networks, and leads from each to who is in the other", () => {
  const { wires, gateway } = planned("router");
  expect(wires["a.0"]).toEqual({
    stations: [
      { mac: "52:54:00:24:01:00", ip: "10.24.0.1", tap: "a.0" },
      { mac: "52:54:00:24:ff:00", ip: "10.24.0.254", tap: "gw.0" },
    ],
    listeners: ["10.24.0.1", "10.24.1.1"].map((ip) => ({ ip, port: 37_024 })),
    beyond: { mac: "52:54:00:24:ff:00", hosts: ["10.24.1.1"] },
    gateProbes: 0,
  });
  expect(wires["b.0"]?.beyond).toEqual({ mac: "52:54:00:24:ff:01", hosts: ["10.24.0.1"] });
  expect(gateway).toMatchObject({
    inside: { tap: "gw.0", wire: wires["a.0"] },
    outside: { tap: "gw.1", ip: "10.24.1.254" },
  });
});

// What a stranger's kernel sends beside the session port, no plan knows: U-Boot sends an echo and its own ARP.
test.each(profileNames())("%s asks for the allow-list if it has a wire, and no stranger on it", (name) => {
  const { profile } = loadProfile(name);
  const hasStranger = profile.node.some(({ guest }) => {
    const { runsAgent, tellsLies = false, playsSuite = false } = guestKind(guest);
    return playsSuite || (!runsAgent && !tellsLies);
  });
  const asks = profile.evidence.includes("nothing-else-on-the-wire");
  expect(asks).toBe(profile.network.kind !== "none" && !hasStranger);
});
