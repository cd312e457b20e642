import { join } from "node:path";
import { Writable } from "node:stream";
import { dispatch } from "../cli/dispatch.ts";

export interface Answer {
  readonly status: number;
  /** All that it says, progress included, which what takes long has. */
  readonly text: string;
  /** What it says for machines. */
  readonly stdout: string;
}

/** @returns what a command said, and how it ended */
export async function udpsec(...words: readonly string[]): Promise<Answer> {
  const said = { text: "", stdout: "" };
  const stream = (isStdout: boolean): NodeJS.WriteStream =>
    new Writable({
      write: (chunk: Buffer, _, done) => {
        said.text += chunk.toString();
        if (isStdout) said.stdout += chunk.toString();
        done();
      },
    }) as unknown as NodeJS.WriteStream;
  const signal = new AbortController().signal;
  const io = { stdout: stream(true), stderr: stream(false), environment: process.env, signal };
  return { status: await dispatch(words, io), ...said };
}

export interface VirtualCapture {
  readonly capture: string;
  readonly secrets: string;
  readonly opened: string;
}

/** Two daemons in virtual time, over UDP (`ladder`) or TCP (`fallback`): their capture, their secrets, and the capture opened. */
export async function virtualCapture(folder: string, scenario: "ladder" | "fallback"): Promise<VirtualCapture> {
  const [capture, secrets, opened] = ["pcapng", "secrets", "opened.pcapng"].map((end) =>
    join(folder, `${scenario}.${end}`),
  ) as [string, string, string];
  const run = await udpsec("sim", "--scenario", scenario, "--seed", "11", "--capture", capture, "--secrets", secrets);
  if (run.status !== 0) throw new Error(run.text);
  const decrypted = await udpsec("decrypt", capture, "--secrets", secrets, "--output", opened);
  if (decrypted.status !== 0) throw new Error(decrypted.text);
  return { capture, secrets, opened };
}
