/** Machines and a switch that play a recording: consoles, files and ends come from there, everything that judges them is the real thing. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { MachineExit } from "../qemu/machine-exit.ts";
import type { StartMachine } from "../worlds/live/live-node.ts";
import { FABRIC_CAPTURE, type StartNetwork } from "../worlds/live/run-network.ts";
import type { NodeRecording, RecordedRun } from "./recordings/recording.ts";

export function playRecording(run: RecordedRun): StartMachine {
  return (planned, folder, onSerial) => {
    const recording = run.nodes.find(({ name }) => name === planned.spec.name);
    if (recording === undefined) throw new RangeError(`nothing was recorded of machine ${planned.spec.name}`);
    const paths = writeFiles(recording, folder);
    let end: (exit: MachineExit) => void = () => undefined;
    const exited = new Promise<MachineExit>((resolve) => (end = resolve));
    setImmediate(() => void play(recording, onSerial).then(() => end(recording.exit)));
    const stop = (): Promise<MachineExit> => {
      end({ kind: "ended" });
      return exited;
    };
    const kill = (): void => end({ kind: "signal", signal: "SIGKILL" });
    return Promise.resolve({ ...paths, commandLine: "a recording", exited, endInOrder: () => undefined, stop, kill });
  };
}

/** Nothing is sent in a played run: of its switch there is what it wrote. */
export function playNetwork({ fabric }: RecordedRun): StartNetwork {
  return (_, { artifactsFolder }) => {
    const path = join(artifactsFolder, FABRIC_CAPTURE);
    if (fabric !== undefined) writeFileSync(path, fabric);
    return Promise.resolve({
      capturePath: fabric === undefined ? undefined : path,
      stats: undefined,
      socketPath: () => "a recording",
      reached: () => undefined,
      // Whether it did, its capture says.
      forget: () => 1,
      note: () => undefined,
      stop: () => Promise.resolve(),
    });
  };
}

async function play({ serial }: NodeRecording, onSerial: (chunk: Uint8Array) => void): Promise<void> {
  for (const step of serial) {
    if ("pauseMs" in step) await sleep(step.pauseMs);
    else onSerial(step.bytes);
  }
}

function writeFiles({ name, serial, events, init, captures }: NodeRecording, folder: string) {
  const write = (suffix: string, contents: string | Buffer): string => {
    const path = join(folder, `${name}-${suffix}`);
    writeFileSync(path, contents);
    return path;
  };
  return {
    serialLogPath: write("serial.log", Buffer.concat(serial.flatMap((step) => ("bytes" in step ? step.bytes : [])))),
    eventLogPath: write("events.ndjson", events),
    initLogPath: write("init.log", init),
    capturePaths: captures.map((capture, nic) => write(`nic${nic}.pcap`, capture)),
  };
}
