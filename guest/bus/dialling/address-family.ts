export type AddressFamily = "ipv4" | "ipv6";

/** @param host numeric */
export function familyOf(host: string): AddressFamily {
  return host.includes(":") ? "ipv6" : "ipv4";
}

/** Listening there means: at every address of the host. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
