import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../host/project-root.ts";
import { loadMarkers, parseProfile } from "./load.ts";

const router = readFileSync(join(projectRoot(), "fixtures/profiles/router.toml"), "utf8");
const parse = (toml: string) => parseProfile(toml, "x.toml", loadMarkers());
const withLink = (from: string, to: string): string =>
  router.replace("[workload]", `[[network.link]]\nfrom = "${from}"\nto = "${to}"\n\n[workload]`);

describe("networks and a gateway", () => {
  it("have what is left out", () => {
    expect(parse(router).profile.network).toMatchObject({
      names: ["near", "far"],
      gateway: { name: "gw", mapping: "none", filtering: "none", udpTimeout: 300_000 },
    });
  });

  it.each([
    ["gw.0", "a"],
    ["b", "gw"],
    ["a.0", "gw.0"],
  ])("a link leads from %s to %s", (from, to) => {
    expect(() => parse(withLink(from, to))).not.toThrow();
  });

  it.each([
    ["a network twice", router.replace('["near", "far"]', '["near", "far", "near"]'), "network near is there twice"],
    ["a leg in no network", router.replace('outside = "far"', 'outside = "fra"'), "no network fra; did you mean far?"],
    ["both legs in one", router.replace('outside = "far"', 'outside = "near"'), "both legs are in one network"],
    ["a node of its name", router.replace('inside = "near"', 'inside = "near"\nname = "a"'), "a node is called a too"],
    ["a leg where nobody is", router.replace('networks = ["far"]', 'networks = ["near"]'), "nobody is in network far"],
    ["names left out", router.replace(/names = .*\n/, ""), "the networks have no names: say network.names"],
    [
      "a gateway that is killed",
      `${router}\n[[action]]\nkind = "kill"\nnode = "gw"\nat = "1s"\n`,
      "gw is the gateway, and no machine",
    ],
    [
      "a gateway elsewhere",
      router.replace('kind = "fabric"', 'kind = "vm-to-vm"').replace(/names = .*\n/, ""),
      "key gateway does not go with this kind",
    ],
    ["virtual time", router.replace("timeout", 'worlds = ["qemu", "sim"]\ntimeout'), "virtual time knows no gateway"],
    [
      "a node elsewhere",
      router.replace('networks = ["far"]', 'networks = ["fra"]'),
      "no network fra; did you mean far?",
    ],
    ["a NIC too many", router.replace('networks = ["far"]', 'networks = ["far", "near"]'), "node b has one NIC"],
    [
      "nobody between",
      router.replace(/\[network.gateway\][^[]*/, ""),
      "no gateway leads from network near to far, where b is",
    ],
    ["a link through it", withLink("a", "b"), "a and b are in different networks: name a leg of the gateway"],
    ["a link to the other leg", withLink("a", "gw.1"), "a and gw.1 are in different networks"],
    [
      "names without a switch",
      readFileSync(join(projectRoot(), "fixtures/profiles/cross-vm.toml"), "utf8").replace(
        'name = "a"',
        'name = "a"\nnetworks = ["near"]',
      ),
      "only a fabric has networks by name: network.kind is vm-to-vm",
    ],
  ])("%s is an error", (_, toml, message) => {
    expect(() => parse(toml)).toThrow(message);
  });
});
