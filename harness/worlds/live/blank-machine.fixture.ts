import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunningMachine } from "./live-node.ts";
import type { NodeExit } from "./node-exit.ts";

/** What every machine of a test has: the files of its channels, which are there and empty, and an end that comes when the test says so. */
export interface BlankMachine extends Pick<RunningMachine, "capturePaths" | "commandLine" | "exited"> {
  readonly files: Pick<RunningMachine, "eventLogPath" | "serialLogPath" | "initLogPath">;
  readonly end: (how: NodeExit) => void;
}

export function blankMachine(name: string, folder: string): BlankMachine {
  const at = (suffix: string): string => join(folder, `${name}-${suffix}`);
  const files = { eventLogPath: at("events.ndjson"), serialLogPath: at("serial.log"), initLogPath: at("init.log") };
  for (const path of Object.values(files)) writeFileSync(path, "");
  let end: (how: NodeExit) => void = () => undefined;
  const exited = new Promise<NodeExit>((resolve) => (end = resolve));
  return { files, capturePaths: [], commandLine: "qemu", exited, end };
}
