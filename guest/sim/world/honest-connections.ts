import { Connection } from "../../core/udp-sec/connection.ts";
import type { ConnectionFactory } from "../../core/udp-sec/transport-connection.ts";

/** The connection of the core itself. */
export const honestConnections: ConnectionFactory = (setup) => new Connection(setup);
