/** The guest's daemon on loopback, and an observer that is told each step of TCP as if both had a machine of their own. */
import type { DaemonConfiguration } from "../../contract/configuration.ts";
import {
  busConfiguration,
  crypto,
  LOOPBACK,
  peerOf,
  RecordingConsole,
  testRuntime,
} from "../../guest/bus/loopback.fixture.ts";
import { Daemon } from "../../guest/dsoftbusd/daemon.ts";
import { EVERY_SERVICE } from "../../guest/services/every-service.ts";
import type { JudgeReport } from "../observer/judging/judge-report.ts";
import { Secrets } from "../observer/keys/secrets.ts";
import { tcpFrame, type TcpFrameFields } from "../observer/wire/capture-frames.fixture.ts";
import { deviceNamed, GUEST_ADDRESS, LoopbackJudge, PEER_ADDRESS } from "./judged-loopback.fixture.ts";
import type { ToldLie } from "./judge-lies.ts";
import type { LieName } from "./lies/index.ts";
import { TcpLiar } from "./tcp-liar.ts";
import type { SocketPlace } from "./transport/peer-socket.ts";

const FLAGS = { fin: 17, syn: 2, synAck: 18, ack: 16 };

/** A daemon over TCP that lets `peer` in and nobody else, and a liar who is that peer. */
export class JudgedTcpLoopback {
  readonly console = new RecordingConsole();
  liar!: TcpLiar;
  daemon!: Daemon;
  #told: { lie: LieName | undefined; sockets: string[] }[] = [];
  readonly #secrets = new Secrets();
  readonly #judge = new LoopbackJudge(this.#secrets);
  /** Ports of the peer: the other one of a connection is the guest's. */
  readonly #peerPorts = new Set<number>();
  readonly #sequences = new Map<string, number>();

  static async start(dials: boolean): Promise<JudgedTcpLoopback> {
    const world = new JudgedTcpLoopback();
    const guest = deviceNamed("guest");
    // The guest's port is known once it listens; the liar's must be known before.
    const place = { address: LOOPBACK, port: 0 };
    const liar = (world.liar = await TcpLiar.start({
      self: deviceNamed("peer"),
      stranger: deviceNamed("stranger"),
      guest: { deviceId: guest.deviceId, staticPublicKey: guest.staticPublicKey, place },
      watch: {
        opened: (client, server) => {
          world.#peerPorts.add(client.port === place.port || server.port === place.port ? client.port : server.port);
          world.#sequences.delete(keyOf(client, server));
          world.#sequences.delete(keyOf(server, client));
          world.#see(client, server, { flags: FLAGS.syn });
          world.#see(server, client, { flags: FLAGS.synAck });
        },
        bytes: (from, to, bytes) => {
          for (let at = 0; at < bytes.length; at += 1_400)
            world.#see(from, to, { flags: FLAGS.ack, payload: bytes.subarray(at, at + 1_400) });
        },
        ended: (from, to) => world.#see(from, to, { flags: FLAGS.fin }),
      },
      onEphemeral: (publicKey, secret) => world.#secrets.addEphemeral(publicKey, secret),
      onSocket: (port, lie) => {
        world.#peerPorts.add(port);
        world.#told.push({ lie, sockets: [`${PEER_ADDRESS}:${port}`] });
      },
    }));
    const configuration: DaemonConfiguration = {
      kind: "dsoftbusd",
      ...busConfiguration("guest", { mode: "tcp", peers: [{ ...peerOf("peer", liar.port), dial: dials }] }),
      listen: { host: LOOPBACK, port: 0 },
      services: ["control", "bulk", "sink", "gate", "echo", "mirror", "status"],
    };
    const runtime = testRuntime(world.console);
    world.daemon = await Daemon.start({ runtime, crypto, configuration, services: EVERY_SERVICE });
    place.port = world.daemon.port ?? 0;
    return world;
  }

  /** What the observer saw since the last time. */
  judged(): { readonly report: JudgeReport; readonly told: readonly ToldLie[] } {
    const result = { report: this.#judge.report(), told: this.#told };
    this.#told = [];
    return result;
  }

  async stop(): Promise<void> {
    this.liar.end();
    await this.daemon.stop();
  }

  #see(from: SocketPlace, to: SocketPlace, fields: Omit<TcpFrameFields, "sequence">): void {
    const placed = ({ port }: SocketPlace) => ({
      address: this.#peerPorts.has(port) ? PEER_ADDRESS : GUEST_ADDRESS,
      port,
    });
    const key = keyOf(from, to);
    const sequence = this.#sequences.get(key) ?? 1_000;
    const { flags = 0, payload } = fields;
    const isCounted = (flags & 3) !== 0;
    this.#sequences.set(key, sequence + (payload?.length ?? 0) + (isCounted ? 1 : 0));
    this.#judge.see(tcpFrame(placed(from), placed(to), { ...fields, sequence }));
  }
}

function keyOf(from: SocketPlace, to: SocketPlace): string {
  return `${from.port} ${to.port}`;
}
