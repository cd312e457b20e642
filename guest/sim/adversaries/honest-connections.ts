import { Connection, type ConnectionFactory } from "../../core/index.ts";

/** The connection of the core itself. */
export const honestConnections: ConnectionFactory = (setup) => new Connection(setup);
