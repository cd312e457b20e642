/**
 * Broken guests on purpose: the harness must catch each. A variant replaces modules of the bundle at build and is in no normal
 * bundle. Paths are relative to the repository.
 */
export interface Variant {
  readonly name: string;
  /** What it does wrong. */
  readonly description: string;
  /** Module of the product, and the module that takes its place; the latter may import the former. */
  readonly replacements: readonly { readonly module: string; readonly by: string }[];
}

export const VARIANTS = [
  {
    name: "bulk-without-sending",
    description: "the bulk probe passes without sending a byte, so that its marker is printed for nothing",
    replacements: [{ module: "guest/selftest/probes/bulk.ts", by: "harness/sabotage/agents/bulk-without-sending.ts" }],
  },
  {
    name: "daemon-without-handshake",
    description: "the daemon prints its markers without any handshake, and the self-test goes along",
    replacements: [
      { module: "guest/dsoftbusd/daemon.ts", by: "harness/sabotage/agents/daemon-without-handshake.ts" },
      { module: "guest/selftest/selftest.ts", by: "harness/sabotage/agents/selftest-without-probes.ts" },
    ],
  },
  {
    name: "unsealed-payload",
    description: "payloads leave as they are, with a tag of zeros, and both ends are content with it",
    replacements: [{ module: "guest/agent/primitives.ts", by: "harness/sabotage/agents/unsealed-primitives.ts" }],
  },
  {
    name: "fixed-ephemeral-secret",
    description: "draws the same 32 bytes for every ephemeral secret, at both ends",
    replacements: [{ module: "guest/node/entropy.ts", by: "harness/sabotage/agents/fixed-entropy.ts" }],
  },
  {
    name: "backpressure-without-filling",
    description: "the backpressure probe passes without writing a byte",
    replacements: [
      {
        module: "guest/selftest/probes/backpressure.ts",
        by: "harness/sabotage/agents/backpressure-without-filling.ts",
      },
    ],
  },
  {
    name: "compares-nothing",
    description: "sends zeros for the digests of control messages, and both ends take any bytes for the right ones",
    replacements: [
      { module: "guest/services/control/control-codec.ts", by: "harness/sabotage/agents/control-without-digests.ts" },
      { module: "guest/services/messages/equal-bytes.ts", by: "harness/sabotage/agents/everything-is-equal.ts" },
    ],
  },
  {
    name: "believes-any-proof",
    description: "takes whoever shows a public key for its owner, over either transport: no signature is verified",
    replacements: [{ module: "guest/core/identity/proof.ts", by: "harness/sabotage/agents/believes-any-proof.ts" }],
  },
  {
    name: "lets-anybody-in",
    description: "looks nobody up in the peer table: every device that proves something is let in",
    replacements: [{ module: "guest/bus/dialling/peer-table.ts", by: "harness/sabotage/agents/lets-anybody-in.ts" }],
  },
  {
    name: "window-of-two",
    description: "reports a congestion window that falls and grows, and never has more than two datagrams on the way",
    replacements: [
      { module: "guest/core/udp-sec/congestion/new-reno.ts", by: "harness/sabotage/agents/window-of-two.ts" },
    ],
  },
] as const satisfies readonly Variant[];
