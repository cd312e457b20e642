import { createHash } from "node:crypto";
import { bundleEntry } from "./bundled-entry.ts";
import { BUNDLES } from "./bundles.ts";
import type { Announce } from "./content-cache.ts";

/** What the agent is built from; the defaults are the shipped agent. */
export interface AgentSource {
  /** TypeScript entry relative to the project. */
  readonly entry?: string;
  /** Constants that choose a variant when the agent is built (esbuild's `define`). */
  readonly define?: Readonly<Record<string, string>>;
  /** Modules that take the place of others, both relative to the project: a sabotaged agent. */
  readonly replace?: Readonly<Record<string, string>>;
}

/**
 * Bundles the agent into one file for Node, or finds the bundle that was made from the same sources.
 *
 * @returns its path and the SHA-256 of its contents, in hex
 * @throws SetupError `bundle-failed`
 */
export async function bundleAgent(announce: Announce, agent: AgentSource): Promise<{ path: string; sha256: string }> {
  const entry = agent.entry ?? BUNDLES.agent.entry;
  const define = agent.define ?? {};
  const replace = agent.replace ?? {};
  const variant = createHash("sha256")
    .update(JSON.stringify([entry, define, replace]))
    .digest("hex")
    .slice(0, 8);
  const isShipped = Object.values(agent).every((given) => given === undefined);
  const out = isShipped ? BUNDLES.agent.out : `build/agents/${variant}.cjs`;
  return bundleEntry({ entry, out, define, replace, minify: true, announce });
}
