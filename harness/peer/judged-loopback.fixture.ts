/** The guest's daemon on loopback, and an observer that is told each datagram as if both had a machine of their own. */
import type { DaemonConfiguration } from "../../contract/configuration.ts";
import {
  busConfiguration,
  crypto,
  LOOPBACK,
  peerOf,
  RecordingConsole,
  testRuntime,
} from "../../guest/bus/loopback.fixture.ts";
import { seedOf } from "../../guest/bus/loopback.fixture.ts";
import { Daemon } from "../../guest/dsoftbusd/daemon.ts";
import { EVERY_SERVICE } from "../../guest/services/every-service.ts";
import { hex } from "../observer/crypto/bytes.ts";
import { deviceOfSeed } from "../observer/crypto/device.ts";
import { CaptureJudge } from "../observer/judging/capture-judge.ts";
import type { JudgeReport } from "../observer/judging/judge-report.ts";
import { sessionFollowers } from "../observer/judging/session-followers.ts";
import { Secrets } from "../observer/keys/secrets.ts";
import { udpFrame } from "../observer/wire/capture-frames.fixture.ts";
import type { ToldLie } from "./judge-lies.ts";
import { Liar } from "./liar.ts";
import type { LieName } from "./lies/index.ts";
import type { SocketPlace } from "./transport/peer-socket.ts";

/** Both ends share a process: one that waits for the other has lost nothing. */
const TIMING = { clockSlackUs: 50_000, lagUs: 10_000_000 };

export const PEER_ADDRESS = "10.0.2.2";
export const GUEST_ADDRESS = "10.0.2.15";
const ETHERNET = 1;

export const deviceNamed = (name: string) => deviceOfSeed(Uint8Array.from(Buffer.from(seedOf(name), "hex")));

/** An observer of what passes between the two. */
export class LoopbackJudge {
  readonly #secrets: Secrets;
  #judge: CaptureJudge;
  #number = 0;

  /** @param secrets grows while it looks on */
  constructor(secrets: Secrets) {
    this.#secrets = secrets;
    this.#judge = this.#newJudge();
  }

  /** @returns what came of it since the last time */
  report(): JudgeReport {
    const report = this.#judge.end();
    this.#judge = this.#newJudge();
    return report;
  }

  see(frame: Buffer): void {
    this.#number += 1;
    const captured = {
      bytes: frame,
      wireLength: frame.length,
      timeUs: performance.now() * 1_000,
      direction: "unknown",
      comments: [],
    } as const;
    const item = {
      kind: "frame",
      number: this.#number,
      interfaceIndex: 0,
      linkType: ETHERNET,
      frame: captured,
    } as const;
    this.#judge.take("loopback", item, new Set([GUEST_ADDRESS, PEER_ADDRESS]));
  }

  #newJudge(): CaptureJudge {
    const devices = ["guest", "peer"].map((name) => {
      const { deviceId, staticPublicKey, staticSecret } = deviceNamed(name);
      this.#secrets.addStatic(staticPublicKey, staticSecret);
      return { name, deviceId, staticKey: hex(staticPublicKey) };
    });
    const stranger = deviceNamed("stranger");
    this.#secrets.addStatic(stranger.staticPublicKey, stranger.staticSecret);
    return new CaptureJudge({
      secrets: this.#secrets,
      devices,
      taps: new Set(),
      followers: sessionFollowers({ above: "mux", congestion: "new-reno", ...TIMING }),
      timing: TIMING,
    });
  }
}

/** A daemon that lets `peer` in and nobody else, and a liar who is that peer. */
export class JudgedLoopback {
  readonly console = new RecordingConsole();
  liar!: Liar;
  daemon!: Daemon;
  #told: { lie: LieName | undefined; sockets: string[] }[] = [];
  readonly #secrets = new Secrets();
  readonly #judge = new LoopbackJudge(this.#secrets);
  #guestPort = 0;

  static async start(dials: boolean): Promise<JudgedLoopback> {
    const world = new JudgedLoopback();
    const guest = deviceNamed("guest");
    // The guest's port is known once it listens; the liar's must be known before.
    const place = { address: LOOPBACK, port: 0 };
    const liar = (world.liar = await Liar.start({
      self: deviceNamed("peer"),
      stranger: deviceNamed("stranger"),
      guest: { deviceId: guest.deviceId, staticPublicKey: guest.staticPublicKey, place },
      watch: (from, to, bytes) => world.#see(from, to, bytes),
      onEphemeral: (publicKey, secret) => world.#secrets.addEphemeral(publicKey, secret),
      onSocket: (port, lie) => world.#told.push({ lie, sockets: [`${PEER_ADDRESS}:${port}`] }),
    }));
    const configuration: DaemonConfiguration = {
      kind: "dsoftbusd",
      ...busConfiguration("guest", { mode: "udp-sec", peers: [{ ...peerOf("peer", liar.port), dial: dials }] }),
      listen: { host: LOOPBACK, port: 0 },
      services: ["control", "bulk", "sink", "gate", "echo", "mirror", "status"],
    };
    const runtime = testRuntime(world.console);
    world.daemon = await Daemon.start({ runtime, crypto, configuration, services: EVERY_SERVICE });
    world.#guestPort = place.port = world.daemon.port ?? 0;
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

  #see(from: SocketPlace, to: SocketPlace, bytes: Uint8Array): void {
    const placed = ({ port }: SocketPlace, isGuest: boolean) => ({
      address: isGuest ? GUEST_ADDRESS : PEER_ADDRESS,
      port,
    });
    const isFromGuest = from.port === this.#guestPort;
    this.#judge.see(udpFrame(placed(from, isFromGuest), placed(to, !isFromGuest), Buffer.from(bytes)));
  }
}
