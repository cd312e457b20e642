import type { GuestConfiguration } from "../../contract/configuration.ts";
import { ConfigurationError } from "../../contract/field-reader.ts";
import type { SelftestOptions } from "../selftest/selftest.ts";
import type { ServiceRegistry } from "../services/serving/service.ts";

/** What a program of this room carries: a product daemon leaves out what only tests need. */
export interface AgentParts {
  readonly services: ServiceRegistry;
  /** Undefined: it runs no self-tests. */
  readonly runSelftest?: (options: SelftestOptions) => Promise<boolean>;
  /** Undefined: it makes no configuration of its own. */
  readonly localWorld?: () => Promise<GuestConfiguration>;
}

/** @throws ConfigurationError if the configuration asks for what the program doesn't carry */
export function checkCarried({ processes }: GuestConfiguration, { services, runSelftest }: AgentParts): void {
  for (const [index, process] of processes.entries()) {
    const path = `processes[${index}]`;
    if (process.kind === "selftest") {
      if (runSelftest === undefined) throw new ConfigurationError(`${path}.kind`, "this program runs no self-tests");
      continue;
    }
    const foreign = (process.services ?? []).findIndex((name) => services[name] === undefined);
    if (foreign < 0) continue;
    const problem = `is not part of this program, which carries ${Object.keys(services).join(", ")}`;
    throw new ConfigurationError(`${path}.services[${foreign}]`, problem);
  }
}
