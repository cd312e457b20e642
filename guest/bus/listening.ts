import { type SocketAddress, SocketError } from "../runtime/runtime.ts";
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
}

/** Binds what the mode allows, on one port number for both transports. @throws BusError BUS_ENTROPY, BUS_UNAVAILABLE */
export async function listenOn(
  local: SocketAddress,
  { choice, udp, tcp }: { readonly choice: TransportChoice; readonly udp: UdpDrivers; readonly tcp: TcpDriver },
): Promise<Listening> {
  for (let attempt = 1; ; attempt += 1) {
    const socket = choice.toListen(true).udpSec ? await udp.bind(local) : undefined;
    // If the UDP socket can't be had, the mode says whether tcp alone will do.
    const chosen = choice.toListen(socket !== undefined);
    const port = socket?.local.port ?? local.port;
    try {
      const tcpPort = chosen.tcp ? await listenTcp(tcp, { host: local.host, port }) : undefined;
      if (socket !== undefined) udp.serve(socket, true);
      return { port: tcpPort ?? port, udpSec: socket !== undefined, tcp: chosen.tcp };
    } catch (error) {
      socket?.close();
      const isTaken = error instanceof BusError && error.detail === "EADDRINUSE";
      if (!isTaken || local.port !== 0 || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function listenTcp(tcp: TcpDriver, local: SocketAddress): Promise<number> {
  try {
    return await tcp.listen(local);
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    throw new BusError("BUS_UNAVAILABLE", error.message, error.code, { cause: error });
  }
}
