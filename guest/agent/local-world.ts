/** Two daemons and the self-tests on loopback: the inner loop of whoever changes the stack. */
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import type {
  BusConfiguration,
  DaemonConfiguration,
  GuestConfiguration,
  PeerConfiguration,
  ProbeConfiguration,
  SelftestConfiguration,
} from "../../contract/configuration.ts";
import { SERVICE_NAMES } from "../../contract/service-names.ts";
import { DeviceIdentity, fromHex, toHex } from "../core/index.ts";
import { agentCrypto } from "./primitives.ts";

const LOOPBACK = "127.0.0.1";
/** The last one restarts a daemon. Each self-test has a daemon of its own, so that none loses its session to the restart of the other. */
const PROBES_OF_BOTH: readonly ProbeConfiguration[] = [
  { name: "many-streams" },
  { name: "reset" },
  { name: "half-close" },
  { name: "identity-reject" },
  { name: "reconnect" },
];
/** Enough for every mechanism to run; volume is what machines and benchmarks are for. */
const WORKLOAD = { bytes: 64 * 1024, messages: 50 } as const;
const UDP_SEC_PROBES: readonly ProbeConfiguration[] = [
  { name: "control", ...WORKLOAD },
  { name: "bulk", ...WORKLOAD },
  { name: "backpressure" },
  ...PROBES_OF_BOTH,
];
const TCP_PROBES: readonly ProbeConfiguration[] = [{ name: "fallback", ...WORKLOAD }, ...PROBES_OF_BOTH];

/**
 * Daemon `a`, daemon `b` that keeps a session to it, a self-test of `a` over udp-sec, and one of `b` whose udp-sec is disabled, so
 * that `auto` brings it to tcp. Entropy: the kernel's word alone, since a plain process can't answer for the host's hardware.
 */
export async function localWorldConfiguration(): Promise<GuestConfiguration> {
  const [a, b, tester, tcpTester] = [resident("a"), resident("b"), resident("selftest"), resident("selftest-tcp")];
  const [portA, portB] = [await freePort(), await freePort()];
  const everybody = [peer(a, portA), peer(b, portB), peer(tester, 0), peer(tcpTester, 0)];
  const daemon = (self: Resident, port: number, dials: readonly string[]): DaemonConfiguration => ({
    kind: "dsoftbusd",
    ...bus(self, everybody, dials),
    mode: "auto",
    services: SERVICE_NAMES,
    listen: { host: LOOPBACK, port },
  });
  const selftest = (self: Resident, overrides: Partial<SelftestConfiguration>): SelftestConfiguration => ({
    kind: "selftest",
    ...bus(self, everybody, []),
    target: a.name,
    probes: UDP_SEC_PROBES,
    ...overrides,
  });
  return {
    version: 1,
    run: "local world",
    node: "local",
    processes: [
      daemon(a, portA, []),
      daemon(b, portB, [a.name]),
      selftest(tester, { mode: "udp-sec" }),
      selftest(tcpTester, { mode: "auto", udpSecEnabled: false, target: b.name, probes: TCP_PROBES }),
    ],
    keyLog: false,
    lingerMs: 0,
  };
}

interface Resident {
  readonly name: string;
  readonly identitySeed: string;
}

function resident(name: string): Resident {
  return { name, identitySeed: randomBytes(32).toString("hex") };
}

function bus(self: Resident, everybody: readonly PeerConfiguration[], dials: readonly string[]): BusConfiguration {
  return {
    namespace: "root",
    identitySeed: self.identitySeed,
    mode: "auto",
    udpSecEnabled: true,
    entropyPolicy: "kernel",
    peers: everybody
      .filter((other) => other.name !== self.name)
      .map((other) => ({ ...other, dial: dials.includes(other.name) })),
    allowUnknownPeers: false,
  };
}

function peer({ name, identitySeed }: Resident, port: number): PeerConfiguration {
  const identity = new DeviceIdentity(agentCrypto, fromHex(identitySeed) ?? new Uint8Array(0));
  const { deviceId, staticPublicKey } = identity;
  return { name, deviceId, staticKey: toHex(staticPublicKey), host: LOOPBACK, port, dial: false };
}

/** Free a moment ago: whoever takes it first has it, and a daemon that comes too late says so. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: LOOPBACK, port: 0 }, resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return typeof address === "object" && address !== null ? address.port : 0;
}
