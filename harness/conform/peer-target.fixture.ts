/** The harness's own peer as a target: it answers honestly, over UDP and TCP at one port, and lacks most checks. */
import { freePort } from "../host/free-port.ts";
import { type Device, deviceOfSeed } from "../observer/crypto/device.ts";
import { PeerMux } from "../peer/mux/peer-mux.ts";
import type { PeerServices } from "../peer/mux/peer-mux.ts";
import { HONEST_SERVICES } from "../peer/services/all-services.ts";
import { PeerListener } from "../peer/transport/peer-listener.ts";
import { PeerSocket } from "../peer/transport/peer-socket.ts";
import { PeerTcpListener } from "../peer/transport/peer-tcp-listener.ts";
import { targetGround } from "./grounds/target-ground.ts";
import type { Ground } from "./stage/ground.ts";

const LOOPBACK = "127.0.0.1";

export interface PeerTarget {
  readonly ground: Ground;
  readonly port: number;
  readonly device: Device;
  readonly suite: Device;
  readonly end: () => void;
}

const seeded = (byte: number): Device => deviceOfSeed(new Uint8Array(32).fill(byte));

export async function startPeerTarget(services: PeerServices = HONEST_SERVICES, ownPort?: number): Promise<PeerTarget> {
  const [device, suite] = [seeded(1), seeded(2)];
  const port = ownPort ?? (await freePort());
  const at = { address: LOOPBACK, port };
  const common = { self: device, accepts: new Set([suite.deviceId]), onEphemeral: () => undefined };
  const udp = new PeerListener({
    ...common,
    socket: await PeerSocket.open(undefined, at),
    changesFor: () => undefined,
    onSession: (session) => void new PeerMux(session, services),
  });
  const tcp = await PeerTcpListener.open({
    ...common,
    at,
    proofFor: () => undefined,
    onSession: (session) => void new PeerMux(session, services),
  });
  const target = { deviceId: device.deviceId, staticPublicKey: device.staticPublicKey };
  const end = (): void => {
    udp.end();
    tcp.end();
  };
  return { ground: targetGround(at, { target, suite: [suite] }), port, device, suite, end };
}
