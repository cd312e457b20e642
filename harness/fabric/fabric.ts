/**
 * The network between VMs: a layer-2 switch in this process, one unix socket per NIC, faults on every directed link.
 *
 * It runs in the harness's own event loop: markers trigger faults without a message on the way, one clock stamps everything, and
 * a crash can't go unnoticed. What that costs is measured: `longestStallMs` says by how much the loop was ever late.
 */
import { join } from "node:path";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { DecisionRecord } from "../../contract/impairment/index.ts";
import { gatewayNoteText } from "../capture/gateway-notes.ts";
import { HarnessError } from "../host/harness-error.ts";
import { makeSocketFolder, removeSocketFolder } from "../host/socket-folder.ts";
import { CaptureLog } from "./capture-log.ts";
import { formatDecision, type LoggedDecision } from "./decision-log.ts";
import { DelayQueue } from "./delay-queue.ts";
import { FileSink } from "./file-sink.ts";
import { gatewayNote } from "./gateway/gateway-record.ts";
import { LinkTable, type LinkRule, type Replay } from "./link-table.ts";
import { legNames, SwitchedNetworks, type GatewaySite, type NetworksStats } from "./switched-networks.ts";
import { DEFAULT_PORT_QUEUE_BYTES, SwitchPort, type PortStats } from "./switch-port.ts";

export interface FabricNic {
  readonly node: string;
  readonly nic: number;
  /** Frames stay within it; without a name all are in one. */
  readonly network?: string;
}

export interface FabricOptions {
  readonly nics: readonly FabricNic[];
  /** Between two networks of the NICs. */
  readonly gateway?: GatewaySite | undefined;
  /** The last one that matches a directed pair counts; none: a clean link. */
  readonly links: readonly LinkRule[];
  readonly seed: number;
  /** Session ports: they name the flows. */
  readonly servicePorts: readonly number[];
  /** Undefined: nothing is captured. */
  readonly captureFile: string | undefined;
  /** Undefined: decisions are not logged. */
  readonly decisionFile: string | undefined;
  /** Applies the log of an earlier run in place of seeded faults. */
  readonly replay?: Replay;
  /** Per port, what waits for a guest that doesn't read. */
  readonly queueBytes?: number;
  /** The capture or the log can't be written any more: the run can't be judged. Called at most once per file. */
  readonly onFailure: (error: HarnessError) => void;
}

export interface FabricStats extends NetworksStats {
  /** By NIC (`a.0`). */
  readonly ports: Readonly<Record<string, PortStats>>;
  readonly decisionsLogged: number;
  /** What the disk could not take in time. */
  readonly captureLost: number;
  readonly logLost: number;
  /** How late the event loop ever was: faults and delays are no more exact than this. */
  readonly longestStallMs: number;
}

export interface Fabric {
  /** For QEMU's `-netdev stream,server=off`; the switch listens already. */
  socketPath(node: string, nic: number): string;
  /** Fault windows that wait for this name begin now; only the first call of a name counts. */
  trigger(name: string): void;
  /** The gateway's mappings are gone. @returns how many there were; undefined: there is no gateway */
  forget(): number | undefined;
  /** A record on the capture, such as a marker with its node. */
  note(text: string): void;
  stats(): FabricStats;
  /** Closes sockets and files. The last call; more than one is the same as one. */
  stop(): Promise<FabricStats>;
}

/** `sun_path` holds 108 bytes with its end. */
const MAX_SOCKET_PATH_BYTES = 107;
const STALL_RESOLUTION_MS = 10;

/** @throws HarnessError `fabric-socket`, `fabric-socket-path`, `fabric-file`; LinkSpecError for a fault that makes no sense */
export async function startFabric(options: FabricOptions): Promise<Fabric> {
  const folder = await makeSocketFolder();
  let running: RunningFabric | undefined;
  try {
    running = new RunningFabric(options, folder, await openFiles(options));
    await running.listen();
    return running;
  } catch (error) {
    // Ports that do listen would keep this process alive.
    await running?.stop();
    removeSocketFolder(folder);
    throw error;
  }
}

interface Files {
  readonly capture: CaptureLog;
  readonly decisions: FileSink | undefined;
  readonly nowMs: () => number;
}

async function openFiles(options: FabricOptions): Promise<Files> {
  const startMs = performance.now();
  const wallStartUs = Date.now() * 1000;
  const nowMs = (): number => performance.now() - startMs;
  const timeUs = (atMs = nowMs()): number => wallStartUs + Math.floor(atMs * 1000);
  const nics = options.nics.map(({ node, nic }) => nicName(node, nic));
  const legs = options.gateway === undefined ? [] : Object.values(legNames(options.gateway.plan));
  const capture = await CaptureLog.open(options.captureFile, [...nics, ...legs], timeUs, options.onFailure);
  const { gateway, decisionFile, onFailure } = options;
  // For whoever reads the capture without the plan.
  if (gateway !== undefined) {
    const { inside, outside } = legNames(gateway.plan);
    capture.note(gatewayNoteText({ kind: "joins", gateway: gateway.plan.name, legs: [inside, outside] }));
  }
  const decisions = decisionFile === undefined ? undefined : await FileSink.open(decisionFile, onFailure);
  return { capture, decisions, nowMs };
}

class RunningFabric implements Fabric {
  readonly #folder: string;
  readonly #files: Files;
  readonly #ports: ReadonlyMap<string, SwitchPort>;
  readonly #links: LinkTable;
  readonly #delays: DelayQueue;
  readonly #networks: SwitchedNetworks;
  readonly #stalls = monitorEventLoopDelay({ resolution: STALL_RESOLUTION_MS });
  #record: DecisionRecord | undefined;
  #decisionsLogged = 0;
  #stopped: Promise<FabricStats> | undefined;

  constructor(options: FabricOptions, folder: string, files: Files) {
    this.#folder = folder;
    this.#files = files;
    const queueBytes = options.queueBytes ?? DEFAULT_PORT_QUEUE_BYTES;
    const ports = options.nics.map(({ node, nic, network = "" }, index) => {
      const path = socketPathOf(folder, index);
      const onFrame = (from: SwitchPort, frame: Buffer): void => this.#networks.forward(from, frame);
      return { port: new SwitchPort(nicName(node, nic), path, queueBytes, onFrame), network };
    });
    this.#ports = new Map(ports.map(({ port }) => [port.name, port]));
    const { links, seed, replay, gateway, servicePorts } = options;
    const onDecision = (record: DecisionRecord): void => this.#decided(record);
    this.#links = new LinkTable({ links, seed, onDecision, ...(replay === undefined ? {} : { replay }) });
    this.#delays = new DelayQueue(files.nowMs);
    const { nowMs, capture } = files;
    this.#networks = new SwitchedNetworks({
      ...{ ports, links: this.#links, delays: this.#delays, nowMs, capture, servicePorts, gateway, seed, replay },
      takeRecord: () => this.#takeRecord(),
      onRecord: (record) => {
        this.#log(record);
        capture.note(gatewayNote(record), record.atMs);
      },
      note: (text) => capture.note(text),
    });
    this.#stalls.enable();
  }

  async listen(): Promise<void> {
    const listening = await Promise.allSettled([...this.#ports.values()].map((port) => port.listen()));
    const failed = listening.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  socketPath(node: string, nic: number): string {
    const port = this.#ports.get(nicName(node, nic));
    if (port !== undefined) return port.socketPath;
    throw new HarnessError(
      "fabric-socket",
      `no NIC ${nicName(node, nic)}`,
      `the fabric has ${[...this.#ports.keys()].join(", ")}`,
    );
  }

  trigger(name: string): void {
    const atMs = this.#files.nowMs();
    this.#links.trigger(name, atMs);
    this.#files.capture.note(`trigger ${name}`, atMs);
  }

  forget(): number | undefined {
    return this.#networks.forget();
  }

  note(text: string): void {
    this.#files.capture.note(text);
  }

  stats(): FabricStats {
    const { capture, decisions } = this.#files;
    return {
      ...this.#networks.stats,
      ports: Object.fromEntries([...this.#ports].map(([name, port]) => [name, port.stats])),
      decisionsLogged: this.#decisionsLogged,
      captureLost: capture.lost,
      logLost: decisions?.lostChunks ?? 0,
      longestStallMs: Math.max(0, Math.round(this.#stalls.max / 1e6) - STALL_RESOLUTION_MS),
    };
  }

  stop(): Promise<FabricStats> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<FabricStats> {
    const stats = this.stats();
    this.#stalls.disable();
    this.#delays.clear();
    await Promise.all([...this.#ports.values()].map((port) => port.close()));
    await Promise.all([this.#files.capture.close(), this.#files.decisions?.close()]);
    removeSocketFolder(this.#folder);
    return stats;
  }

  #decided(record: DecisionRecord): void {
    this.#record = record;
    this.#log(record);
  }

  #log(record: LoggedDecision): void {
    this.#decisionsLogged += 1;
    this.#files.decisions?.append(Buffer.from(formatDecision(record)));
  }

  #takeRecord(): DecisionRecord | undefined {
    const record = this.#record;
    this.#record = undefined;
    return record;
  }
}

function nicName(node: string, nic: number): string {
  return `${node}.${nic}`;
}

/** Short: the index, not the name. */
function socketPathOf(folder: string, index: number): string {
  const path = join(folder, `${index}`);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path;
  throw new HarnessError(
    "fabric-socket-path",
    `socket path of ${Buffer.byteLength(path)} bytes, at most ${MAX_SOCKET_PATH_BYTES} fit: ${path}`,
    "set TMPDIR to a shorter folder",
  );
}
