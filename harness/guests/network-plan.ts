/** The guest's network namespaces: the daemon's, and the self-test's when both live in one machine. */
export type GuestNamespace = "root" | "second";

/** How one NIC is set up inside the guest. */
export interface NicPlan {
  readonly namespace: GuestNamespace;
  /** IPv4 address with prefix length: `10.0.0.1/24`. */
  readonly address: string;
  readonly mtuBytes?: number;
  /** Advertised TCP segment size on the NIC's own network: for links that drop big frames. */
  readonly advmssBytes?: number;
}

export interface RoutePlan {
  readonly namespace: GuestNamespace;
  /** `default` or a network with prefix length. */
  readonly destination: string;
  readonly gateway: string;
}

/** A plan that the guest's init could not carry out. */
export class NetworkPlanError extends Error {
  override readonly name = "NetworkPlanError";
  readonly code = "network-plan";
}

const ADDRESS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const MTU_RANGE = { least: 576, most: 65535 } as const;
const MSS_RANGE = { least: 88, most: 65495 } as const;

/**
 * The text of the fw_cfg file `opt/udpsec/net`, which `images/init/init.sh` reads. One line each:
 *
 *     eth<index> root|second <address>/<prefix> [mtu <bytes>] [advmss <bytes>]
 *     route root|second default|<network>/<prefix> via <address>
 *
 * @throws NetworkPlanError
 */
export function networkPlanText(nics: readonly NicPlan[], routes: readonly RoutePlan[] = []): string {
  const lines: string[] = [];
  for (const [index, nic] of nics.entries()) {
    checkNetwork(nic.address, `NIC ${index}`);
    const words = [`eth${index}`, nic.namespace, nic.address];
    if (nic.mtuBytes !== undefined) words.push("mtu", inRange(nic.mtuBytes, MTU_RANGE, `NIC ${index}: mtu`));
    if (nic.advmssBytes !== undefined)
      words.push("advmss", inRange(nic.advmssBytes, MSS_RANGE, `NIC ${index}: advmss`));
    lines.push(words.join(" "));
  }
  for (const { namespace, destination, gateway } of routes) {
    if (destination !== "default") checkNetwork(destination, "route");
    if (!isAddress(gateway)) throw new NetworkPlanError(`route to ${destination}: ${gateway} is not an IPv4 address`);
    lines.push(`route ${namespace} ${destination} via ${gateway}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function isAddress(text: string): boolean {
  const match = ADDRESS.exec(text);
  return match !== null && match.slice(1).every((octet) => Number(octet) <= 255);
}

function checkNetwork(text: string, where: string): void {
  const [address = "", prefix = "", ...rest] = text.split("/");
  if (isAddress(address) && /^\d{1,2}$/.test(prefix) && Number(prefix) <= 32 && rest.length === 0) return;
  throw new NetworkPlanError(`${where}: ${text} is not an IPv4 address with prefix length, such as 10.0.0.1/24`);
}

function inRange(value: number, { least, most }: { least: number; most: number }, what: string): string {
  if (Number.isInteger(value) && value >= least && value <= most) return String(value);
  throw new NetworkPlanError(`${what} ${value} is not a whole number from ${least} to ${most}`);
}
