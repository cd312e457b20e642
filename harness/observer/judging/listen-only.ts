/** Whoever follows sessions for what they say, and judges nothing: the judge did that before, or somebody else does. */
import { nothingSeen } from "../follow/session-packet.ts";
import type { Followers, TcpFollowing, UdpFollowing } from "./session-book.ts";

const ignore = (): void => undefined;
const LISTENING = {
  unopened: ignore,
  ended: ignore,
  end: () => ({ findings: [], leftOff: 0, services: [], ends: { initiator: nothingSeen(), responder: nothingSeen() } }),
};

/** @param heard called when a session opens; gives what takes its packets, or its records; default: handshakes alone are of interest */
export function listenOnly(
  heard: { readonly [Transport in keyof Followers]: () => TakeOf<Transport> } = {
    udp: () => ignore,
    tcp: () => ignore,
  },
): Followers {
  return {
    udp: () => ({ ...LISTENING, take: heard.udp() }),
    tcp: () => ({ ...LISTENING, take: heard.tcp() }),
  };
}

type TakeOf<Transport extends keyof Followers> = (Transport extends "udp" ? UdpFollowing : TcpFollowing)["take"];
