import { readdirSync, readFileSync } from "node:fs";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import type { NetworkInterface, NetworkInterfaces } from "../runtime/runtime.ts";
import { openSocket } from "./udp.ts";

/** Nothing is sent to it: the port only has to be one. */
const ANY_PORT = 9;

/** Interfaces as the kernel tells them: addresses by `node:os`, the MTU by sysfs (Linux; elsewhere it is unknown). */
export class NodeNetworkInterfaces implements NetworkInterfaces {
  readonly #fragmentedBefore = fragmentedEver();

  all(): readonly NetworkInterface[] {
    const tellsMtu = isSysfsOfThisNamespace();
    return Object.entries(networkInterfaces()).map(([name, addresses = []]) => ({
      name,
      mtuBytes: tellsMtu ? mtuOf(name) : undefined,
      isLoopback: addresses.some(({ internal }) => internal),
      addresses: addresses.map((address) => textOf(address, name)),
    }));
  }

  fragmentedDatagrams(): number | undefined {
    const now = fragmentedEver();
    return now === undefined || this.#fragmentedBefore === undefined ? undefined : now - this.#fragmentedBefore;
  }

  /** Connecting a UDP socket has the kernel choose route and source address, and sends nothing. */
  async sourceFor(host: string): Promise<string | undefined> {
    const socket = openSocket(host);
    return await new Promise((resolve) => {
      const settle = (address: string | undefined): void => {
        socket.removeAllListeners();
        // Closing what could not even be bound may fail late.
        socket.on("error", () => undefined);
        socket.close();
        resolve(address);
      };
      socket.once("error", () => settle(undefined));
      socket.once("connect", () => settle(socket.address().address));
      socket.connect(ANY_PORT, host);
    });
  }
}

/**
 * @param snmp text of /proc/net/snmp: for each protocol a line of names and a line of values
 * @param snmp6 text of /proc/net/snmp6: a name and a value in each line
 * @returns datagrams sent in fragments over both versions of IP, since boot
 */
export function parseFragmented(snmp: string, snmp6: string): number {
  const [names = [], values = []] = snmp
    .split("\n")
    .filter((line) => line.startsWith("Ip: "))
    .map((line) => line.split(" "));
  const overIpv4 = Number(values[names.indexOf("FragOKs")] ?? 0);
  const overIpv6 = Number(/^Ip6FragOKs\s+(\d+)$/m.exec(snmp6)?.[1] ?? 0);
  return overIpv4 + overIpv6;
}

function fragmentedEver(): number | undefined {
  try {
    return parseFragmented(readFileSync("/proc/net/snmp", "utf8"), readIfThere("/proc/net/snmp6"));
  } catch {
    return undefined;
  }
}

/** Without IPv6 there is no such file. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** As the kernel writes it where it reports a sender: with its zone if it is link-local. */
function textOf({ address, scopeid }: NetworkInterfaceInfo, name: string): string {
  return scopeid === undefined || scopeid === 0 ? address : `${address}%${name}`;
}

/**
 * sysfs shows the network namespace that it was mounted in, which may be another than this process's; /proc/net shows the process's
 * own. Where they list different interfaces, nothing that sysfs tells is about ours.
 */
export function listsTheSame(procNetDev: string, sysClassNet: readonly string[]): boolean {
  const ours = [...procNetDev.matchAll(/^ *([^\s:]+):/gm)].map(([, name]) => name);
  const theirs = sysClassNet.filter((name) => name !== "bonding_masters");
  return ours.length === theirs.length && ours.every((name) => name !== undefined && theirs.includes(name));
}

function isSysfsOfThisNamespace(): boolean {
  try {
    return listsTheSame(readFileSync("/proc/net/dev", "utf8"), readdirSync("/sys/class/net"));
  } catch {
    return false;
  }
}

function mtuOf(name: string): number | undefined {
  try {
    const mtuBytes = Number(readFileSync(`/sys/class/net/${name}/mtu`, "utf8"));
    return Number.isSafeInteger(mtuBytes) && mtuBytes > 0 ? mtuBytes : undefined;
  } catch {
    return undefined;
  }
}
