/** What a plan asks of each self-test's probes, and who has to do it with whom. */
import { contentSeedOf } from "../../topology/identities.ts";
import type { Plan } from "../../topology/plan.ts";
import { identityOf, residentsOf } from "../../topology/residents.ts";

/** As the self-test draws it from its content seed. */
const BULK_SEED = 0x5eed;

export interface PlannedWork {
  /** Whose marker it earns, and which. */
  readonly node: string;
  readonly marker: string;
  /** Device ids: who dials, and who answers. */
  readonly selftest: string;
  readonly target: string;
  readonly transport: "udp" | "tcp";
  /** Requests of the control probe. */
  readonly messages: number;
  /** Of the bulk, each way. */
  readonly bulkBytes: number;
  /** That the bulk's content follows from: no other run and no other self-test has it. */
  readonly bulkSeed: number;
}

/** @returns one for each probe of each self-test */
export function plannedWork({ topology, nonce }: Plan): PlannedWork[] {
  const residents = residentsOf(topology);
  const { messages, bulkBytes } = topology.workload;
  return residents.flatMap((resident) => {
    const { node, process, owner } = resident;
    if (process.kind !== "selftest") return [];
    const target = residents.find((other) => other.name === `${process.target}-dsoftbusd`);
    if (target === undefined) return [];
    return process.probes.map((probe): PlannedWork => ({
      ...{ node: node.name, marker: `${probe}-ok`, transport: probe === "fallback" ? "tcp" : "udp" },
      selftest: identityOf(resident, nonce).deviceId,
      target: identityOf(target, nonce).deviceId,
      ...{ messages, bulkBytes, bulkSeed: (contentSeedOf(nonce, owner) ^ BULK_SEED) >>> 0 },
    }));
  });
}
