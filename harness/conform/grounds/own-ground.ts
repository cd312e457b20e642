/** The project's own daemons on loopback, as processes of their own: what `--self` tries. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DaemonConfiguration, GuestConfiguration, PeerConfiguration } from "../../../contract/configuration.ts";
import { EventKind } from "../../../contract/events.ts";
import { EventCollector } from "../../console/event-collector.ts";
import { FileTail } from "../../console/file-tail.ts";
import { boundToParent } from "../../host/bound-child.ts";
import { freePort } from "../../host/free-port.ts";
import { HarnessError } from "../../host/harness-error.ts";
import { SupervisedChild } from "../../host/supervised-child.ts";
import { hex } from "../../observer/crypto/bytes.ts";
import { type Device, deviceOfSeed } from "../../observer/crypto/device.ts";
import type { DialledDevice } from "../../peer/transport/peer-dial.ts";
import type { Ground, Lane } from "../stage/ground.ts";
import { addressesTowards } from "./own-addresses.ts";

const LOOPBACK = "127.0.0.1";
/** Each with sessions of several devices at a time: what one case does must not slow those of another daemon. */
const SHARED_DAEMONS = 3;
const LANES_PER_DAEMON = 6;
/** On a machine that has no time for it, a hundred times what it takes. */
const START_MS = 60_000;
const STOP_MS = 10_000;
/** Longer than any suite: it is told to end before. */
const LIFE_MS = 3_600_000;
const MAX_STDERR = 4_096;
const SERVICES = ["control", "status", "echo", "bulk", "sink", "gate", "mirror"] as const;

export interface OwnGroundOptions {
  /** The agent's bundle: the product's own, or a broken copy. */
  readonly agent: string;
  /** As the sizes of the suite ask for; default: all. */
  readonly daemons?: number;
}

interface PlannedDaemon {
  readonly device: Device;
  readonly suite: readonly Device[];
  readonly port: number;
}

/** @throws HarnessError `conform-self` */
export async function ownGround(options: OwnGroundOptions): Promise<Ground> {
  const plans: PlannedDaemon[] = [];
  for (let index = 0; index <= (options.daemons ?? SHARED_DAEMONS); index += 1) {
    const lanes = index === 0 ? 1 : LANES_PER_DAEMON;
    plans.push({ device: fresh(), suite: Array.from({ length: lanes }, fresh), port: await freePort() });
  }
  const folder = await mkdtemp(join(tmpdir(), "udpsec-conform-"));
  const processes = new OwnProcesses(folder);
  try {
    await processes.start(options.agent, plans);
  } catch (error) {
    await processes.end();
    throw error;
  }
  const [[alone], ...shared] = plans.map(lanesOf) as [readonly [Lane], ...(readonly Lane[])[]];
  const [first = alone, ...more] = shared.flat();
  return {
    lanes: [first, ...more],
    alone,
    get gone() {
      return processes.gone;
    },
    end: () => processes.end(),
  };
}

function fresh(): Device {
  return deviceOfSeed(Uint8Array.from(randomBytes(32)));
}

function lanesOf({ device, suite, port }: PlannedDaemon): readonly Lane[] {
  const { deviceId, staticPublicKey } = device;
  const target: DialledDevice = { deviceId, staticPublicKey, place: { address: LOOPBACK, port } };
  const addresses = addressesTowards(LOOPBACK);
  return suite.map((self) => ({ target, self, stranger: fresh(), addresses }));
}

function daemonOf({ device, suite, port }: PlannedDaemon): DaemonConfiguration {
  return {
    kind: "dsoftbusd",
    namespace: "root",
    identitySeed: hex(device.seed),
    mode: "auto",
    udpSecEnabled: true,
    entropyPolicy: "kernel",
    peers: suite.map(peerOf),
    allowUnknownPeers: false,
    listen: { host: LOOPBACK, port },
    services: [...SERVICES],
  };
}

function peerOf({ deviceId, staticPublicKey }: Device, index: number): PeerConfiguration {
  return {
    name: `suite-${index + 1}`,
    deviceId,
    staticKey: hex(staticPublicKey),
    host: LOOPBACK,
    port: 1,
    dial: false,
  };
}

class OwnProcesses {
  gone: HarnessError | undefined;
  readonly #folder: string;
  readonly #events = new EventCollector();
  #child: SupervisedChild | undefined;
  #tail: FileTail | undefined;
  #listening = 0;
  #stderr = "";
  #onChange: () => void = () => undefined;
  #isEnding = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(agent: string, plans: readonly PlannedDaemon[]): Promise<void> {
    const [configFile, eventFile] = [join(this.#folder, "config.json"), join(this.#folder, "events.ndjson")];
    const processes = plans.map(daemonOf);
    const configuration: GuestConfiguration = {
      ...{ version: 1, run: "conform", node: "target", processes, keyLog: false, lingerMs: LIFE_MS },
    };
    await writeFile(configFile, JSON.stringify(configuration), { mode: 0o600 });
    this.#tail = new FileTail(
      eventFile,
      (chunk) => this.#take(chunk),
      () => performance.now(),
    );
    this.#tail.start();
    const command = [process.execPath, agent, "--config", configFile, "--events", eventFile];
    this.#child = new SupervisedChild(boundToParent(command), {
      stderr: (chunk) => (this.#stderr = (this.#stderr + Buffer.from(chunk).toString()).slice(-MAX_STDERR)),
      env: { NO_COLOR: "1" },
    });
    this.#child.closeInput();
    void this.#child.ended.then(({ exitCode, signal }) => {
      if (!this.#isEnding) this.#lose(`the agent ended: ${signal ?? `status ${exitCode}`}`);
    });
    await this.#listens(plans.length);
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    const child = this.#child;
    if (child !== undefined) await child.stop([() => child.signalLeader("SIGTERM")], STOP_MS);
    this.#tail?.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #listens(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#listening < count && this.gone === undefined) return;
        clearTimeout(timer);
        this.#onChange = () => undefined;
        if (this.gone === undefined) resolve();
        else reject(this.gone);
      };
      const timer = setTimeout(() => {
        this.#lose(`its daemons do not listen after ${START_MS / 1_000} s`);
        look();
      }, START_MS);
      this.#onChange = look;
      look();
    });
  }

  #take(chunk: Uint8Array): void {
    for (const { kind, source, data } of this.#events.push(chunk, 0)) {
      if (kind === EventKind.LISTENING) this.#listening += 1;
      // Of the daemons: a process that ends takes its cases with it.
      if (kind === EventKind.FATAL) this.#lose(`${source}: ${String(data["message"])}`);
      if (kind === EventKind.PROCESS_ENDED && !this.#isEnding)
        this.#lose(
          `${String(data["process"])} ended: status ${String(data["status"])}, signal ${String(data["signal"])}`,
        );
    }
    this.#onChange();
  }

  #lose(why: string): void {
    const words = this.#stderr.trim();
    const hint = words === "" ? "It said nothing on standard error." : `Its standard error:\n${words}`;
    this.gone ??= new HarnessError("conform-target-gone", `the daemon under test is gone: ${why}`, hint, {
      kind: "check-failed",
    });
    this.#onChange();
  }
}
