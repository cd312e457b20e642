/** Agents that are broken in a real machine: built with other modules in the place of their own, and in no shipped bundle. */
import { VARIANTS } from "../agents/variants.ts";
import type { VmSabotage } from "./sabotage.ts";

interface Expectation extends Pick<VmSabotage, "name" | "code" | "rules" | "fast"> {
  readonly why?: string;
  /** Default: `udp-sec`. */
  readonly profile?: string;
}

const IDENTITY_WHY =
  "the peer that lies is let in, which it says itself; the observer sees what the guest said to who was to be refused";

const EXPECTATIONS: readonly Expectation[] = [
  {
    name: "bulk-without-sending",
    code: "contradicted",
    rules: ["bulk-content", "marker-after-wire", "bulk-as-asked"],
    why: "no bulk at all is none of this run either, and its end never arrived",
    fast: true,
  },
  {
    name: "daemon-without-handshake",
    code: "contradicted",
    rules: [
      "init-finished",
      "capture-complete",
      "nothing-else-on-the-wire",
      "datagram-size",
      "no-fragments",
      "pn-unique",
      "every-packet-opens",
      "bulk-content",
      "backpressure-reached",
      "udp-handshake-seen",
      "udp-sealed-both-ways",
      "udp-bulk-volume",
      "no-tcp-payload",
      "canary-not-in-clear",
      "observer",
      "control-beside-bulk",
      "bulk-as-asked",
    ],
    why: "nothing was sent at all, so that no rule finds what it looks for, and no socket listens",
    fast: true,
  },
  {
    name: "unsealed-payload",
    code: "contradicted",
    rules: [
      "every-packet-opens",
      "handshake-to-listed-device",
      "bulk-content",
      "backpressure-reached",
      "udp-sealed-both-ways",
      "udp-bulk-volume",
      "canary-not-in-clear",
      "observer",
      "control-beside-bulk",
      "bulk-as-asked",
    ],
    why: "nothing opens and the content is readable; `one-packet-unsealed` and `canary-in-clear` show each half alone",
    fast: true,
  },
  {
    name: "fixed-ephemeral-secret",
    code: "contradicted",
    rules: ["ephemeral-keys-fresh", "observer"],
    why: "the observer looks for keys that serve twice as well, and by each handshake's bytes",
    fast: false,
  },
  {
    name: "compares-nothing",
    code: "contradicted",
    rules: ["observer"],
    why: "both ends agree, and every packet opens: only who computes the digests again sees it",
    fast: true,
  },
  {
    name: "backpressure-without-filling",
    code: "contradicted",
    rules: ["marker-after-wire", "backpressure-reached"],
    why: "nobody asked the sink for its verdict, so that none arrived before the marker, and nothing was filled",
    fast: false,
  },
  {
    name: "believes-any-proof",
    code: "forbidden",
    rules: ["forbidden", "observer"],
    why: IDENTITY_WHY,
    profile: "two-party",
    fast: false,
  },
  {
    name: "lets-anybody-in",
    code: "forbidden",
    rules: ["forbidden", "observer"],
    why: IDENTITY_WHY,
    profile: "two-party",
    fast: false,
  },
  {
    name: "window-of-two",
    code: "contradicted",
    rules: ["cwnd-reacted"],
    profile: "cross-vm-loss",
    fast: false,
  },
];

export const VM_SABOTAGES: readonly VmSabotage[] = EXPECTATIONS.flatMap((expected) => {
  const variant = VARIANTS.find(({ name }) => name === expected.name);
  if (variant === undefined) return [];
  const replace = Object.fromEntries(variant.replacements.map(({ module, by }) => [module, by]));
  return [
    { ...expected, where: "vm" as const, profile: expected.profile ?? "udp-sec", breaks: variant.description, replace },
  ];
});
