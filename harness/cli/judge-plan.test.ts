import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadProfile, profileNames } from "../profiles/load.ts";
import { formatJudgePlan } from "../run/result/plan-file.ts";
import { planTopology } from "../topology/plan.ts";
import { topologyOfProfile } from "../topology/profile-topology.ts";
import { readJudgePlan } from "./judge-plan.ts";

const folder = mkdtempSync(join(tmpdir(), "judge-plan-"));
afterAll(() => rmSync(folder, { recursive: true }));

it.each(profileNames())(
  "what a run of %s leaves for the judge is what the judge takes: everybody knows everybody else",
  (name) => {
    const path = join(folder, `${name}.json`);
    const topology = topologyOfProfile(loadProfile(name).profile);
    writeFileSync(path, formatJudgePlan(planTopology(topology, { seed: "s", nonce: "n" })));
    const { devices, following } = readJudgePlan(path);
    expect(following).toMatchObject({ above: "mux", congestion: "new-reno" });
    const processes = topology.nodes.flatMap((node) => node.processes);
    expect(devices).toHaveLength(processes.length);
    for (const { deviceId, accepts = [] } of devices ?? []) {
      const others = devices?.map((device) => device.deviceId).filter((other) => other !== deviceId);
      expect(accepts).toEqual(others);
    }
  },
);
