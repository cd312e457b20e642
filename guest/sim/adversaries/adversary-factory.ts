import { honestConnections } from "./honest-connections.ts";
import { CreditOverrunConnection } from "./credit-overrun.ts";
import { OptimisticAckConnection } from "./optimistic-ack.ts";
import { ReassemblyHoleConnection } from "./reassembly-hole.ts";
import type { ConnectionFactory } from "../../core/index.ts";
import type { AdversaryKind, NodePlan } from "../plan/scenario.ts";

const ADVERSARIES: Readonly<Record<AdversaryKind, ConnectionFactory>> = {
  "optimistic-ack": (setup) => new OptimisticAckConnection(setup),
  "credit-overrun": (setup) => new CreditOverrunConnection(setup),
  "reassembly-hole": (setup) => new ReassemblyHoleConnection(setup),
};

/** What a node's connections are made of: the core's, unless its plan names an adversary. */
export function adversaryFactory(plan: NodePlan): ConnectionFactory {
  return plan.adversary === undefined ? honestConnections : ADVERSARIES[plan.adversary];
}
