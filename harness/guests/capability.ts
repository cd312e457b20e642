/**
 * What a guest can do beside printing, by the words that its table says it with:
 *
 * - `power-off`: it ends in order when its power button is pressed;
 * - `counters`: its init's report has what its kernel counted, for each namespace;
 * - `set-clock`, `exec`: its init does what the lines of `control-line.ts` say when they are typed on its console, and reports it;
 * - `stacks`: its init tells what each of its processes does when the line of `stacks-report.ts` is typed on its console;
 * - `shell`: its init brings a shell of root when the line `shell` is typed on its console;
 * - `static-network`: its init sets up its NICs by the file `opt/udpsec/net` of fw_cfg, with `mtu` and `advmss` of the node.
 */
export const CAPABILITIES = [
  "power-off",
  "counters",
  "set-clock",
  "exec",
  "stacks",
  "shell",
  "static-network",
] as const;

export type Capability = (typeof CAPABILITIES)[number];

/** Those that show in the report of an init alone. */
export const REPORTED_CAPABILITIES: readonly Capability[] = ["counters", "set-clock", "exec", "stacks"];

/** What our guests with the agent can do; they end on ^C, not by a button. */
export const CAPABILITIES_OF_OUR_INIT: ReadonlySet<Capability> = new Set([
  "counters",
  "set-clock",
  "exec",
  "stacks",
  "shell",
  "static-network",
]);
