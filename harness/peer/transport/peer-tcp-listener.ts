/** Who is dialled over TCP: answers message 1 and lets in whom it is told to (dsoftbus-transport.md#10-tcp-transport). */
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { type AddressInfo, createServer, type Server } from "node:net";
import { type Device, proofOf } from "../../observer/crypto/device.ts";
import { x25519Public } from "../../observer/crypto/primitives.ts";
import { readProof } from "../../observer/crypto/proof.ts";
import { MESSAGE_BYTES, TCP_PROLOGUE } from "../../observer/handshakes/tcp-handshake.ts";
import { withLength } from "../../observer/wire/made-record.ts";
import { PeerError } from "./changes.ts";
import { XkResponder } from "./noise-side.ts";
import { nextMessage } from "./peer-tcp-dial.ts";
import type { SocketPlace } from "./peer-socket.ts";
import { PeerTcp, type TcpSteps } from "./peer-tcp.ts";
import { PeerTcpSession } from "./peer-tcp-session.ts";

const LOOPBACK = "127.0.0.1";
const MAX_CONNECTIONS = 16;

export interface TcpListenSetup {
  readonly self: Device;
  /** Device ids. */
  readonly accepts: ReadonlySet<string>;
  readonly onEphemeral: (publicKey: Uint8Array, secret: Uint8Array) => void;
  /** The proof that a dial gets, of which only message 1 has come; undefined: as it should be. */
  readonly proofFor: (tcp: PeerTcp) => Uint8Array | undefined;
  readonly onSession: (session: PeerTcpSession) => void;
  readonly watch?: TcpSteps | undefined;
  /** Undefined: loopback, any port. */
  readonly at?: SocketPlace | undefined;
  /** As of `Changes`. */
  readonly patienceMs?: number | undefined;
}

export class PeerTcpListener {
  readonly place: SocketPlace;
  readonly #setup: TcpListenSetup;
  readonly #server: Server;
  readonly #connections = new Set<PeerTcp>();

  private constructor(setup: TcpListenSetup, server: Server) {
    this.#setup = setup;
    this.#server = server;
    const { address, port } = server.address() as AddressInfo;
    this.place = { address, port };
  }

  static async open(setup: TcpListenSetup): Promise<PeerTcpListener> {
    const server = createServer({ allowHalfOpen: true });
    server.maxConnections = MAX_CONNECTIONS;
    const { address, port } = setup.at ?? { address: LOOPBACK, port: 0 };
    server.listen(port, address);
    await once(server, "listening");
    const listener = new PeerTcpListener(setup, server);
    server.on("connection", (socket) => {
      const tcp = new PeerTcp(socket, setup.watch, setup.patienceMs);
      setup.watch?.opened(tcp.remote, tcp.local);
      listener.#connections.add(tcp);
      socket.once("close", () => listener.#connections.delete(tcp));
      listener.#answer(tcp).catch((error: unknown) => {
        if (!(error instanceof PeerError)) throw error;
        tcp.drop();
      });
    });
    return listener;
  }

  end(): void {
    for (const tcp of this.#connections) tcp.drop();
    this.#server.close();
  }

  async #answer(tcp: PeerTcp): Promise<void> {
    const { self, accepts, onEphemeral, proofFor, onSession } = this.#setup;
    const ephemeral = randomBytes(32);
    const noise = new XkResponder({ staticSecret: self.staticSecret, ephemeral }, TCP_PROLOGUE);
    const first = await nextMessage(tcp, "message 1");
    if (first.length !== MESSAGE_BYTES.first || noise.readFirst(first) === undefined) return tcp.drop();
    onEphemeral(x25519Public(ephemeral), ephemeral);
    tcp.write(withLength(noise.writeSecond(proofFor(tcp) ?? proofOf(self, "server"))));
    const third = noise.readThird(await nextMessage(tcp, "message 3"));
    if (third === undefined) return tcp.drop();
    const { deviceId = "" } = readProof("client", third.staticKey, third.payload);
    if (!accepts.has(deviceId)) return tcp.drop();
    const session = new PeerTcpSession("responder", tcp, noise.split());
    session.send("ACCEPT");
    onSession(session);
  }
}
