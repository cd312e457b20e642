import { type SocketAddress, SocketError, type UdpSocket } from "../runtime/runtime.ts";
import type { TransportChoice } from "./dialling/transport-choice.ts";
import type { UdpDrivers } from "./dialling/udp-drivers.ts";
import type { TcpDriver } from "./drivers/tcp-driver.ts";
import { BusError } from "./sessions/bus-error.ts";

/** Port 0: how often another port is tried when the one that UDP got is taken for TCP. */
const PORT_ATTEMPTS = 8;

/** What was bound. */
export interface Listening {
  readonly port: number;
  readonly udpSec: boolean;
  readonly tcp: boolean;
  /** The addresses that a wildcard stands for at the start; undefined if one address was asked for. */
  readonly udpHosts?: readonly string[];
}

export interface ListenWith {
  readonly choice: TransportChoice;
  readonly udp: UdpDrivers;
  readonly tcp: TcpDriver;
  /** The UDP sockets are bound: called once, before they can receive anything. */
  readonly onUdpListening: (port: number) => void;
}

/** Binds what the mode allows, on one port number for both transports. @throws BusError BUS_ENTROPY, BUS_UNAVAILABLE */
export async function listenOn(
  local: SocketAddress,
  { choice, udp, tcp, onUdpListening }: ListenWith,
): Promise<Listening> {
  for (let attempt = 1; ; attempt += 1) {
    let sockets: readonly UdpSocket[] = [];
    try {
      const bound = choice.toListen(true).udpSec ? await udp.bindToListen(local) : undefined;
      sockets = bound?.sockets ?? [];
      const [first] = sockets;
      // If no UDP socket can be had, the mode says whether tcp alone will do.
      const chosen = choice.toListen(first !== undefined, bound?.trouble);
      const port = first?.local.port ?? local.port;
      const tcpPort = chosen.tcp ? await listenTcp(tcp, { host: local.host, port }) : undefined;
      if (first !== undefined) onUdpListening(port);
      udp.serve(local, sockets);
      return { port: tcpPort ?? port, udpSec: first !== undefined, tcp: chosen.tcp, ...hostsOf(local, sockets) };
    } catch (error) {
      for (const socket of sockets) socket.close();
      const isTaken = error instanceof BusError && error.detail === "EADDRINUSE";
      if (!isTaken || local.port !== 0 || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

function hostsOf(local: SocketAddress, sockets: readonly UdpSocket[]): Pick<Listening, "udpHosts"> {
  const isExpanded = sockets.some((socket) => socket.local.host !== local.host);
  return isExpanded ? { udpHosts: sockets.map((socket) => socket.local.host) } : {};
}

async function listenTcp(tcp: TcpDriver, local: SocketAddress): Promise<number> {
  try {
    return await tcp.listen(local);
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    throw new BusError("BUS_UNAVAILABLE", error.message, error.code, { cause: error });
  }
}
