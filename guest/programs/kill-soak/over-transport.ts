import type { GuestConfiguration, ProcessConfiguration } from "../../../contract/configuration.ts";

/** The daemons of a world, over one transport alone. */
export function overTransport(world: GuestConfiguration, transport: "udp-sec" | "tcp"): GuestConfiguration {
  const processes = world.processes
    .filter((process) => process.kind === "dsoftbusd")
    .map((process): ProcessConfiguration => ({ ...process, mode: transport }));
  return { ...world, processes };
}
