import { type Runtime, type SocketAddress, SocketError, type UdpSocket } from "../../runtime/runtime.ts";
import type { UdpDriver } from "../drivers/udp-driver.ts";

export type AddressFamily = "ipv4" | "ipv6";

export interface UdpDriversOptions {
  readonly runtime: Runtime;
  /** Makes the driver of a socket that was bound. */
  readonly serve: (socket: UdpSocket, isListening: boolean) => UdpDriver;
  /** A family's socket can't be had; called again only after it was had in between. @param code the platform's, such as `EMFILE` */
  readonly onUnavailable: (family: AddressFamily, code: string) => void;
}

/**
 * The UDP sockets of a bus: one for each address family, for listening and dialling alike. A family whose socket can't be had (no
 * IPv6, no file descriptor left) says nothing about the other, and is tried again whenever it is needed.
 */
export class UdpDrivers {
  readonly #options: UdpDriversOptions;
  readonly #drivers = new Map<AddressFamily, UdpDriver>();
  /** With the platform's code. */
  readonly #unavailable = new Map<AddressFamily, string>();

  constructor(options: UdpDriversOptions) {
    this.#options = options;
  }

  all(): readonly UdpDriver[] {
    return [...this.#drivers.values()];
  }

  /** Families whose socket could not be had when it was last needed. */
  get unavailable(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#unavailable);
  }

  /** @returns undefined if the socket can't be had */
  async bind(local: SocketAddress): Promise<UdpSocket | undefined> {
    const family = familyOf(local.host);
    try {
      const socket = await this.#options.runtime.udp.bind(local);
      this.#unavailable.delete(family);
      return socket;
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      const isNews = !this.#unavailable.has(family);
      this.#unavailable.set(family, error.code);
      if (isNews) this.#options.onUnavailable(family, error.code);
      return undefined;
    }
  }

  /** Takes a bound socket as its family's. */
  serve(socket: UdpSocket, isListening: boolean): UdpDriver {
    const driver = this.#options.serve(socket, isListening);
    this.#drivers.set(familyOf(socket.local.host), driver);
    return driver;
  }

  /**
   * @param host where the dial goes @param isClosed asked after the bind, during which the bus may have been closed
   * @returns the driver that dials there, or undefined if there is no socket for it
   */
  async dialling(host: string, isClosed: () => boolean): Promise<UdpDriver | undefined> {
    const family = familyOf(host);
    const bound = this.#drivers.get(family);
    if (bound !== undefined) return bound;
    const socket = await this.bind({ host: family === "ipv6" ? "::" : "0.0.0.0", port: 0 });
    if (socket === undefined) return undefined;
    const meanwhile = this.#drivers.get(family);
    if (meanwhile === undefined && !isClosed()) return this.serve(socket, false);
    socket.close();
    return meanwhile;
  }
}

function familyOf(host: string): AddressFamily {
  return host.includes(":") ? "ipv6" : "ipv4";
}
