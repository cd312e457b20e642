/** What a run left behind, whole enough to be judged again: consoles, events, init's report, captures, how the machine ended. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { guestKind } from "../../guests/registry.ts";
import { HarnessError } from "../../host/harness-error.ts";
import type { LoadedProfile } from "../../profiles/load.ts";
import { nicNamespaces } from "../../profiles/node-nics.ts";
import { projectRoot } from "../../host/project-root.ts";
import type { RunKey } from "../../topology/guest-configuration.ts";
import type { MachineExit } from "../../qemu/machine-exit.ts";
import { FABRIC_CAPTURE } from "../../worlds/live/run-network.ts";
import { recordedProfile } from "./recorded-profiles.ts";

/** What one machine left. */
export interface NodeRecording {
  readonly name: string;
  readonly exit: MachineExit;
  /** Bytes of the serial console; a pause is a guest that says nothing new for a while. */
  readonly serial: readonly SerialStep[];
  readonly events: string;
  readonly init: string;
  /** By NIC, as QEMU wrote them. */
  readonly captures: readonly Buffer[];
}

export type SerialStep = { readonly bytes: Buffer } | { readonly pauseMs: number };

/** A run, and what was asked of it. */
export interface RecordedRun {
  readonly loaded: LoadedProfile;
  readonly seed: string;
  /** What its identities follow from. */
  readonly nonce: string;
  readonly nodes: readonly NodeRecording[];
  /** What the switch wrote, if there was one. */
  readonly fabric?: Buffer;
  /** Judge it as a run over a path that loses packets. */
  readonly lossy?: boolean;
  /** How long it took by the harness's clock, if that matters: a played run takes no time. */
  readonly endedMs?: number;
}

/** Decompressed; more is no recording of ours. */
const MAX_RECORDING_BYTES = 64 * 1024 * 1024;
const WINDOW_BITS = 24;

interface Header {
  readonly version: 1;
  readonly profile: string;
  readonly seed: string;
  /** Absent in recordings from before there were nonces: their identities follow from the seed. */
  readonly nonce?: string;
  readonly nodes: readonly { readonly name: string; readonly exit: MachineExit; readonly files: readonly number[] }[];
  /** Bytes of the switch's capture, which comes last. */
  readonly fabric?: number;
}

/** The artifacts of a run as a recording. @param exits by node */
export function recordArtifacts(
  loaded: LoadedProfile,
  { seed, nonce }: RunKey,
  folder: string,
  exits: ReadonlyMap<string, MachineExit>,
): RecordedRun {
  const { profile } = loaded;
  const nodes = profile.node.map((node): NodeRecording => {
    const { name } = node;
    const { hasNics } = guestKind(node.guest);
    const read = (suffix: string): Buffer => readFileSync(join(folder, `${name}-${suffix}`));
    return {
      name,
      exit: exits.get(name) ?? { kind: "ended" },
      serial: [{ bytes: read("serial.log") }],
      events: read("events.ndjson").toString("utf8"),
      // A process of the host has neither.
      init: hasNics ? read("init.log").toString("utf8") : "",
      captures: (hasNics ? nicNamespaces(profile, node) : []).map((_, nic) => read(`nic${nic}.pcap`)),
    };
  });
  if (profile.network.kind !== "fabric") return { loaded, seed, nonce, nodes };
  return { loaded, seed, nonce, nodes, fabric: readFileSync(join(folder, FABRIC_CAPTURE)) };
}

/** A line of JSON, then the files one after the other; captures hold the same frames, which compresses well. */
export function packRecording({ loaded, seed, nonce, nodes, fabric }: RecordedRun): Buffer {
  const blobs = nodes.map(({ serial, events, init, captures }) => [
    Buffer.concat(serial.flatMap((step) => ("bytes" in step ? step.bytes : []))),
    Buffer.from(events),
    Buffer.from(init),
    ...captures,
  ]);
  const header: Header = {
    version: 1,
    profile: loaded.profile.name,
    seed,
    nonce,
    nodes: nodes.map(({ name, exit }, index) => ({
      name,
      exit,
      files: (blobs[index] ?? []).map(({ length }) => length),
    })),
    ...(fabric === undefined ? {} : { fabric: fabric.length }),
  };
  const files = [...blobs.flat(), ...(fabric === undefined ? [] : [fabric])];
  const whole = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...files]);
  return brotliCompressSync(whole, {
    params: { [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS, [constants.BROTLI_PARAM_SIZE_HINT]: whole.length },
  });
}

/** @throws HarnessError `recording-damaged` */
export function unpackRecording(packed: Buffer, name: string): RecordedRun {
  try {
    const whole = brotliDecompressSync(packed, { maxOutputLength: MAX_RECORDING_BYTES });
    const headerEnd = whole.indexOf("\n");
    const header = JSON.parse(whole.toString("utf8", 0, headerEnd)) as Header;
    let at = headerEnd + 1;
    const take = (bytes: number): Buffer => whole.subarray(at, (at += bytes));
    const nodes = header.nodes.map(({ name: node, exit, files }): NodeRecording => {
      const [serial, events, init, ...captures] = files.map(take);
      return {
        ...{ name: node, exit, captures, serial: serial === undefined ? [] : [{ bytes: serial }] },
        ...{ events: events?.toString("utf8") ?? "", init: init?.toString("utf8") ?? "" },
      };
    });
    const { seed, nonce = seed } = header;
    const run = { loaded: recordedProfile(header.profile), seed, nonce, nodes };
    return header.fabric === undefined ? run : { ...run, fabric: take(header.fabric) };
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    const hint = `make it again: node scripts/run.mjs harness/sabotage/record-main.ts ${name}`;
    throw new HarnessError("recording-damaged", `the recorded run ${name} can't be read`, hint, { cause });
  }
}

export function recordingPath(name: string): string {
  return join(projectRoot(), "fixtures/recorded", `${name}.run.br`);
}

export function loadRecording(name: string): RecordedRun {
  return unpackRecording(readFileSync(recordingPath(name)), name);
}
