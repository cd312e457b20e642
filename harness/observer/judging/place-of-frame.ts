/** Where on its way a frame was captured: as it left its sender, as it came to its receiver, or both. */
import type { Direction } from "../../capture/captured-frame.ts";

export type Place = "sent" | "delivered";

export interface FramePlaces {
  readonly places: readonly Place[];
  /** False: nobody says where the tap is. */
  readonly isTapped: boolean;
}

export interface FrameRoute {
  /** Addresses without ports. */
  readonly source: string;
  readonly destination: string;
  /** As the capture says; a cooked link says it too. */
  readonly direction: Direction;
}

/** @param tapped whose end of the path the capture was made at, for all that is known beside it */
export function placesOf(
  { source, destination, direction }: FrameRoute,
  tapped: { readonly source: boolean; readonly destination: boolean },
): FramePlaces {
  // Loopback shows each frame once, though it leaves and comes, whatever the link says of its direction.
  if (source === destination || (isLoopback(source) && isLoopback(destination)))
    return { places: ["sent", "delivered"], isTapped: true };
  const places: Place[] = [];
  if (direction === "sent" || (direction === "unknown" && tapped.source)) places.push("sent");
  if (direction === "received" || (direction === "unknown" && tapped.destination)) places.push("delivered");
  if (places.length > 0) return { places, isTapped: true };
  return { places: ["sent", "delivered"], isTapped: false };
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
