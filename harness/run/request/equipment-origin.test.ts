import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { udpsecGuest } from "../../guests/udpsec-guest.ts";
import { loadProfile } from "../../profiles/load.ts";
import { freshNonce } from "../../topology/identities.ts";
import { planTopology } from "../../topology/plan.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import type { Provenance } from "../result/provenance.ts";
import { originOfEquipment, provenanceOf } from "./equipment-origin.ts";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "origin-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const NAMES = ["kernel", "initrd", "agent", "peer"] as const;

/** Of one run of a profile whose files have these contents. */
async function provenance(
  profile: "udp-sec" | "two-party",
  contents: Partial<Record<(typeof NAMES)[number] | "agentSha256", string>> = {},
): Promise<Provenance> {
  for (const name of NAMES) writeFileSync(join(folder, name), contents[name] ?? name);
  const loaded = loadProfile(profile);
  const image = {
    ...{ kernelPath: join(folder, "kernel"), initrdPath: join(folder, "initrd"), drives: [] },
    origin: { agentSha256: contents.agentSha256 ?? "0123456789abcdef", node: "v20" },
  };
  const equipped = { kind: udpsecGuest, image, accelerator: "tcg", acceleratorReason: "a test" } as const;
  const origin = await originOfEquipment({
    ...{ emulators: new Map(), kinds: new Map([[udpsecGuest, equipped]]) },
    ...{ agentPath: join(folder, "agent"), peerPath: join(folder, "peer") },
  });
  const plan = planTopology(topologyOfProfile(loaded.profile), { seed: "1", nonce: freshNonce() });
  return provenanceOf(loaded, plan, origin);
}

it("names what a run had, by contents, and nothing else", async () => {
  const alone = await provenance("udp-sec");
  expect(alone).toEqual({
    harness: expect.stringMatching(/^\d+\.\d+\.\d+\S* sources$/) as unknown,
    ...{ agent: "0123456789ab", qemu: "x86_64 unknown tcg" },
    ...Object.fromEntries(
      ["profile", "kernel", "image"].map((name) => [name, expect.stringMatching(/^[0-9a-f]{12}$/)]),
    ),
  });
  expect(await provenance("udp-sec")).toEqual(alone);
  expect(await provenance("udp-sec", { peer: "other", agent: "other" })).toEqual(alone);
});

it.each([
  ["kernel", { kernel: "other" }],
  ["image", { initrd: "other" }],
  ["agent", { agentSha256: "f123456789abcdef" }],
  ["agent", { agent: "other" }],
  ["peer", { peer: "other" }],
] as const)("differs in its %s where that does", async (what, change) => {
  const [one, other] = [await provenance("two-party"), await provenance("two-party", change)];
  expect(other).not.toEqual(one);
  expect({ ...other, [what]: "" }).toEqual({ ...one, [what]: "" });
});

it("differs in its profile where another one ran", async () => {
  expect((await provenance("two-party")).profile).not.toBe((await provenance("udp-sec")).profile);
});
