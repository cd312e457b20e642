import type { NetworkInterface } from "../../runtime/runtime.ts";
import { type AddressFamily, familyOf } from "./address-family.ts";
import { isTooSmall, REQUIRED_MTU_BYTES } from "./local-interfaces.ts";

/** Why udp-sec can't be had where it is wanted. */
export interface UdpTrouble {
  readonly family: AddressFamily;
  /** The platform's, such as `EMFILE`; `MTU_TOO_SMALL` for an interface that could carry datagrams in fragments only. */
  readonly code: string;
  /** The local address that can't be listened at, where there are several. */
  readonly host?: string;
  readonly interface?: string;
  readonly mtuBytes?: number;
}

/** @returns undefined if the interface, where one is known, carries what udp-sec sends */
export function mtuTrouble(over: NetworkInterface | undefined, host: string): UdpTrouble | undefined {
  const family = familyOf(host);
  if (over?.mtuBytes === undefined || !isTooSmall(over, family)) return undefined;
  return { family, code: "MTU_TOO_SMALL", interface: over.name, mtuBytes: over.mtuBytes };
}

/** @returns one sentence with what helps */
export function wordsOf({ family, code, host, interface: name, mtuBytes }: UdpTrouble): string {
  if (name === undefined) return `no UDP socket of ${host ?? family} can be had (${code})`;
  const needed = REQUIRED_MTU_BYTES[family];
  return (
    `interface ${name} has an MTU of ${mtuBytes ?? 0} bytes, and udp-sec needs ${needed} over ${family}, since its datagrams are never ` +
    `fragmented: raise it (ip link set dev ${name} mtu ${needed}), or choose mode "auto" or "tcp"`
  );
}

/** The troubles that last; each is told once, and again only after it was over in between. */
export class UdpTroubles {
  readonly #onTrouble: (trouble: UdpTrouble) => void;
  readonly #lasting = new Map<string, UdpTrouble>();

  constructor(onTrouble: (trouble: UdpTrouble) => void) {
    this.#onTrouble = onTrouble;
  }

  /** Codes by what they concern: an address family, a local address, an interface. */
  get codes(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#lasting].map(([key, { code }]) => [key, code]));
  }

  note(trouble: UdpTrouble): void {
    const key = trouble.interface ?? trouble.host ?? trouble.family;
    const isNews = this.#lasting.get(key)?.code !== trouble.code;
    this.#lasting.set(key, trouble);
    if (isNews) this.#onTrouble(trouble);
  }

  /** Forgets what concerned addresses that this host no longer has. @param hosts those that it has */
  keepHosts(hosts: readonly string[]): void {
    for (const [key, { host }] of this.#lasting)
      if (host !== undefined && !hosts.includes(host)) this.#lasting.delete(key);
  }

  /** @param key an address family, a local address, an interface */
  over(key: string): void {
    this.#lasting.delete(key);
  }
}
