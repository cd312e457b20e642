/** What a gateway is told: where its two legs are, and how it treats what passes (the words are RFC 4787's). */

/** The side that dials, and the side whose hosts may be strangers. */
export type Leg = "inside" | "outside";

export interface LegPlan {
  /** `10.24.0.254` */
  readonly address: string;
  /** `52:54:00:24:ff:00` */
  readonly mac: string;
}

/** RFC 4787 4 and 5: whether what is outside makes a difference. `none`: nothing is translated, or nothing is kept out. */
export type Dependence = "none" | "endpoint-independent" | "endpoint-dependent";

export interface GatewayPlan {
  /** A node's name: `gw`. */
  readonly name: string;
  readonly legs: Readonly<Record<Leg, LegPlan>>;
  readonly mapping: Dependence;
  readonly filtering: Dependence;
  /** After so long without a datagram from inside a mapping of UDP is gone. */
  readonly udpTimeoutMs: number;
}

export const LEGS: readonly Leg[] = ["inside", "outside"];

export function otherLeg(leg: Leg): Leg {
  return leg === "inside" ? "outside" : "inside";
}

/** Both networks are /24: of each the first and the last address are nobody's (RFC 1122 3.2.1.3). @returns whether one machine may have it */
export function isOneHost(address: string): boolean {
  const [first = 0, , , last = 0] = address.split(".").map(Number);
  return first > 0 && first < 224 && last > 0 && last < 255;
}

/** @returns whether somebody on a leg's network may have it, who is not the gateway */
export function isNeighbourOf(address: string, leg: LegPlan): boolean {
  return isOneHost(address) && isOnNetworkOf(address, leg) && address !== leg.address;
}

export function isOnNetworkOf(address: string, { address: leg }: LegPlan): boolean {
  return address.slice(0, address.lastIndexOf(".")) === leg.slice(0, leg.lastIndexOf("."));
}
