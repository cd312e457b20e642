/** A target that is somewhere, and listens. */
import { randomBytes } from "node:crypto";
import { lookup } from "node:dns/promises";
import { HarnessError } from "../../host/harness-error.ts";
import { type Device, deviceOfSeed } from "../../observer/crypto/device.ts";
import type { EphemeralWatch } from "../stage/packet-trace.ts";
import type { Ground, Lane } from "../stage/ground.ts";
import type { SocketPlace } from "../../peer/transport/peer-socket.ts";
import type { SuiteIdentities } from "./identity-file.ts";
import { addressesTowards } from "./own-addresses.ts";

/** @param text `HOST:PORT`, an IPv6 address in brackets @throws HarnessError `usage`, `conform-host` */
export async function resolvedPlace(text: string): Promise<SocketPlace> {
  const [, bracketed, name, digits = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? name;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535)
    throw new HarnessError("usage", `${text} is no HOST:PORT`, "e.g. 192.0.2.7:37021 or [2001:db8::7]:37021");
  try {
    const { address } = await lookup(host);
    return { address, port };
  } catch (cause) {
    throw new HarnessError(
      "conform-host",
      `the host ${host} is not known`,
      "is the name right? an address needs no resolver",
      { cause },
    );
  }
}

/** What is unlike towards an implementation that is simply somewhere. */
export interface Towards {
  /** Own addresses; undefined: as many as there are. */
  readonly addresses?: Lane["addresses"];
  /** Whom it doesn't list; undefined: a device that was never heard of. */
  readonly stranger?: Device;
  /** Told each key before it leaves. */
  readonly onEphemeral?: EphemeralWatch;
}

export function targetGround(place: SocketPlace, { target, suite }: SuiteIdentities, towards: Towards = {}): Ground {
  const { stranger = deviceOfSeed(Uint8Array.from(randomBytes(32))), onEphemeral } = towards;
  const addresses = towards.addresses ?? addressesTowards(place.address);
  const laneOf = (self: Lane["self"]): Lane => ({
    ...{ target: { ...target, place }, self, stranger, addresses, onEphemeral },
  });
  return {
    lanes: suite.map(laneOf),
    alone: undefined,
    diallers: undefined,
    gone: undefined,
    end: () => Promise.resolve(),
  };
}
