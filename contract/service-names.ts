/** The services of a daemon: streams of the mux are named `SERVICE` or `SERVICE/KEY`. */

/** Carried by every daemon, and served where the configuration lists none. */
export const PRODUCT_SERVICE_NAMES = ["control", "status"] as const;
export type ProductServiceName = (typeof PRODUCT_SERVICE_NAMES)[number];

/** For self-tests: part of an agent under test only, and served only where its configuration lists them. */
export const TEST_SERVICE_NAMES = ["bulk", "sink", "gate", "echo", "mirror"] as const;

/** In the order in which a daemon under test announces them. */
export const SERVICE_NAMES = ["control", ...TEST_SERVICE_NAMES, "status"] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];
