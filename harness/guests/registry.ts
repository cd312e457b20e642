import { busyboxGuest } from "./busybox-guest.ts";
import { conformGuest } from "./conform-guest.ts";
import type { GuestKind, MachineGuest } from "./guest-kind.ts";
import { hostGuest } from "./host-guest.ts";
import { peerGuest } from "./peer-guest.ts";
import { arm64Guest, udpsecGuest } from "./udpsec-guest.ts";

/** Every kind of guest that is code, by the name that profiles use. A new one is one file and its entry here; most guests are tables instead. */
const GUEST_KINDS = {
  udpsec: udpsecGuest,
  "udpsec-arm64": arm64Guest,
  busybox: busyboxGuest,
  host: hostGuest,
  peer: peerGuest,
  conform: conformGuest,
} as const satisfies Readonly<Record<string, GuestKind>>;

export type GuestKindName = keyof typeof GUEST_KINDS;

/** What a node is: a kind by its name, or one that was made of a table. */
export type GuestRef = GuestKindName | MachineGuest;

/** What a node is that says nothing. */
export const DEFAULT_GUEST_KIND: GuestKindName = "udpsec";

export const GUEST_KIND_NAMES = Object.keys(GUEST_KINDS) as readonly GuestKindName[];

export function isGuestKindName(name: string): name is GuestKindName {
  return Object.hasOwn(GUEST_KINDS, name);
}

export function guestKind(guest: GuestRef): GuestKind {
  return typeof guest === "string" ? GUEST_KINDS[guest] : guest;
}
