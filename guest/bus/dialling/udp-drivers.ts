import {
  type NetworkInterface,
  type Runtime,
  type SocketAddress,
  SocketError,
  type Timer,
  type UdpSocket,
} from "../../runtime/runtime.ts";
import type { UdpDriver } from "../drivers/udp-driver.ts";
import { BusError } from "../sessions/bus-error.ts";
import { type AddressFamily, familyOf } from "./address-family.ts";
import { canDialFrom, interfaceOf, interfaceTowards, listeningHosts } from "./local-interfaces.ts";
import { mtuTrouble, type UdpTrouble, UdpTroubles, wordsOf } from "./udp-troubles.ts";

/** Sockets that one wildcard may stand for; each has an endpoint, with tables of its own. */
export const MAX_LISTENING_ADDRESSES = 64;
/** How often a host that is listened at everywhere is asked for new addresses: one call of the platform each. */
const LOOK_FOR_ADDRESSES_MS = 2_000;

export interface BoundToListen {
  readonly sockets: readonly UdpSocket[];
  /** Of the last address that could not be had. */
  readonly trouble: UdpTrouble | undefined;
}

export interface UdpDriversOptions {
  readonly runtime: Runtime;
  /** Makes the driver of a socket that was bound. */
  readonly serve: (socket: UdpSocket, isListening: boolean) => UdpDriver;
  /** udp-sec can't be had for a family, an address or an interface; called again only after it was had in between. */
  readonly onUnavailable: (trouble: UdpTrouble) => void;
}

/**
 * The UDP sockets of a bus. Those that listen also dial, so that a peer sees one port; for what can't leave through them there is one
 * more socket per address family. A socket that can't be had (no IPv6, no file descriptor left) says nothing about the others, and is
 * tried again whenever it is needed.
 */
export class UdpDrivers {
  readonly #options: UdpDriversOptions;
  readonly #listening: UdpDriver[] = [];
  readonly #dialOnly = new Map<AddressFamily, UdpDriver>();
  readonly #troubles: UdpTroubles;
  #lookForAddresses: Timer | undefined;
  #isStopped = false;

  constructor(options: UdpDriversOptions) {
    this.#options = options;
    this.#troubles = new UdpTroubles(options.onUnavailable);
  }

  all(): readonly UdpDriver[] {
    return [...this.#listening, ...this.#dialOnly.values()];
  }

  /** Codes by what they concern (an address family, a local address, an interface), as it was when it was last needed. */
  get unavailable(): Readonly<Record<string, string>> {
    return this.#troubles.codes;
  }

  /**
   * Binds the sockets to listen with: one, or for a wildcard one for each address of the host.
   * @returns what could be bound, and why the rest could not
   * @throws BusError if a wildcard stands for too many addresses, or port 0 led to one that is taken at one of them
   */
  async bindToListen(local: SocketAddress): Promise<BoundToListen> {
    const hosts = listeningHosts(this.#interfaces(), local.host);
    if (hosts.length > MAX_LISTENING_ADDRESSES) throw tooManyAddresses(local.host, hosts.length);
    const sockets: UdpSocket[] = [];
    let trouble: UdpTrouble | undefined;
    for (const host of hosts) {
      const port = sockets[0]?.local.port ?? local.port;
      const bound = await this.#bind({ host, port }, hosts.length > 1 ? host : undefined);
      if (isTrouble(bound) && bound.code === "EADDRINUSE" && port !== local.port) {
        for (const socket of sockets) socket.close();
        throw new BusError("BUS_UNAVAILABLE", wordsOf(bound), bound.code);
      }
      if (isTrouble(bound)) trouble = this.#noted(bound);
      else sockets.push(bound);
    }
    if (hosts.length === 0) trouble = this.#noted({ family: familyOf(local.host), code: "EADDRNOTAVAIL" });
    return { sockets, trouble };
  }

  /** @param local what was asked for, @param sockets what was bound for it: they listen from here on */
  serve(local: SocketAddress, sockets: readonly UdpSocket[]): void {
    for (const socket of sockets) this.#listening.push(this.#options.serve(socket, true));
    const [first] = sockets;
    if (first === undefined || first.local.host === local.host) return;
    this.#follow({ host: local.host, port: first.local.port });
  }

  /** Listens at no further address. */
  stop(): void {
    this.#isStopped = true;
    this.#lookForAddresses?.cancel();
  }

  /**
   * @param host where the dial goes @param isClosed asked after the bind, during which the bus may have been closed
   * @returns the driver that dials there, or why there is none; undefined if the bus was closed
   */
  async dialling(host: string, isClosed: () => boolean): Promise<UdpDriver | UdpTrouble | undefined> {
    const source = await this.#options.runtime.interfaces?.sourceFor(host);
    const interfaces = this.#interfaces();
    const narrow = this.#troubleOver(interfaceTowards(interfaces ?? [], source, host), host);
    if (narrow !== undefined) return this.#noted(narrow);
    const family = familyOf(host);
    const bound = this.#driverFor(family, interfaces, source);
    if (bound !== undefined) return bound;
    const socket = await this.#bind({ host: family === "ipv6" ? "::" : "0.0.0.0", port: 0 });
    if (isTrouble(socket)) return this.#noted(socket);
    const meanwhile = this.#driverFor(family, interfaces, source);
    if (meanwhile !== undefined || isClosed()) {
      socket.close();
      return meanwhile;
    }
    const driver = this.#options.serve(socket, false);
    this.#dialOnly.set(family, driver);
    return driver;
  }

  #interfaces(): readonly NetworkInterface[] | undefined {
    return this.#options.runtime.interfaces?.all();
  }

  #driverFor(
    family: AddressFamily,
    interfaces: readonly NetworkInterface[] | undefined,
    source: string | undefined,
  ): UdpDriver | undefined {
    const ofFamily = this.#listening.filter(({ local }) => familyOf(local.host) === family);
    const exact = ofFamily.find(({ local }) => local.host === source);
    const usable = exact ?? ofFamily.find(({ local }) => canDialFrom(interfaces, local.host, source));
    return usable ?? this.#dialOnly.get(family);
  }

  /** @param concerns the address that a trouble is about; undefined: its family */
  async #bind(local: SocketAddress, concerns?: string): Promise<UdpSocket | UdpTrouble> {
    const narrow = this.#troubleOver(interfaceOf(this.#interfaces() ?? [], local.host), local.host);
    if (narrow !== undefined) return narrow;
    const family = familyOf(local.host);
    try {
      const socket = await this.#options.runtime.udp.bind(local);
      this.#troubles.over(concerns ?? family);
      return socket;
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      return { family, code: error.code, ...(concerns === undefined ? {} : { host: concerns }) };
    }
  }

  #troubleOver(over: NetworkInterface | undefined, host: string): UdpTrouble | undefined {
    const trouble = mtuTrouble(over, host);
    if (trouble === undefined && over !== undefined) this.#troubles.over(over.name);
    return trouble;
  }

  #noted(trouble: UdpTrouble): UdpTrouble {
    this.#troubles.note(trouble);
    return trouble;
  }

  /** An address may come after the start (DHCP), or not be usable at once (IPv6). */
  #follow(wildcard: SocketAddress): void {
    if (this.#isStopped) return;
    const { clock } = this.#options.runtime;
    this.#lookForAddresses = clock.setTimer(clock.nowMs() + LOOK_FOR_ADDRESSES_MS, () => {
      void this.#listenAtNew(wildcard).then(() => this.#follow(wildcard));
    });
  }

  async #listenAtNew({ host: wildcard, port }: SocketAddress): Promise<void> {
    const hosts = listeningHosts(this.#interfaces(), wildcard);
    this.#forgetGone(hosts, port);
    for (const host of hosts) {
      if (this.#listening.some(({ local }) => local.host === host)) continue;
      if (this.#listening.length >= MAX_LISTENING_ADDRESSES) {
        this.#noted({ family: familyOf(host), code: "TOO_MANY_ADDRESSES", host });
        return;
      }
      const bound = await this.#bind({ host, port }, host);
      if (isTrouble(bound)) this.#troubles.note(bound);
      else if (this.#isStopped) bound.close();
      else this.#listening.push(this.#options.serve(bound, true));
    }
  }

  /**
   * Addresses come and go (leases, temporary addresses of IPv6), and sockets must not pile up. One that carries something stays: an
   * address may be back in a moment, and its sessions never notice.
   */
  #forgetGone(hosts: readonly string[], port: number): void {
    this.#troubles.keepHosts(hosts);
    const isGone = (driver: UdpDriver): boolean =>
      driver.local.port === port && !hosts.includes(driver.local.host) && driver.isUnused;
    for (const driver of this.#listening.filter(isGone)) {
      this.#listening.splice(this.#listening.indexOf(driver), 1);
      void driver.close(this.#options.runtime.clock.nowMs());
    }
  }
}

function isTrouble(bound: UdpSocket | UdpTrouble): bound is UdpTrouble {
  return "code" in bound;
}

function tooManyAddresses(host: string, count: number): BusError {
  const limit = MAX_LISTENING_ADDRESSES;
  return new BusError(
    "BUS_UNAVAILABLE",
    `${host} stands for ${count} addresses of this host, and udp-sec listens at ${limit} at most: listen at one address by its name`,
    "TOO_MANY_ADDRESSES",
  );
}
