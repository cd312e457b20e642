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

/** Both networks are /24. */
export function isOnNetworkOf(address: string, { address: leg }: LegPlan): boolean {
  return address.slice(0, address.lastIndexOf(".")) === leg.slice(0, leg.lastIndexOf("."));
}
