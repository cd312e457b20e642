import { busyboxGuest } from "./busybox-guest.ts";
import type { GuestKind } from "./guest-kind.ts";
import { hostGuest } from "./host-guest.ts";
import { peerGuest } from "./peer-guest.ts";
import { udpsecGuest } from "./udpsec-guest.ts";

/** Every kind of guest, by the name that profiles use. A new kind is one file and its entry here. */
const GUEST_KINDS = {
  udpsec: udpsecGuest,
  busybox: busyboxGuest,
  host: hostGuest,
  peer: peerGuest,
} as const satisfies Readonly<Record<string, GuestKind>>;

export type GuestKindName = keyof typeof GUEST_KINDS;

/** What a node is that says nothing. */
export const DEFAULT_GUEST_KIND: GuestKindName = "udpsec";

export const GUEST_KIND_NAMES = Object.keys(GUEST_KINDS) as readonly GuestKindName[];

export function guestKind(name: GuestKindName): GuestKind {
  return GUEST_KINDS[name];
}
