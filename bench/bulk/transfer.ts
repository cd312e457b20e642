/** One transfer between two processes over loopback, as each of them measures its side. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectRoot } from "../../harness/host/project-root.ts";
import type { SideMeasure, TransferMeasure } from "./contender.ts";

const SIDE = join(projectRoot(), "bench/bulk/side.mjs");
/** The slowest contender needs a tenth of it. */
const DEADLINE_MS = 120_000;
/** A side that was told to stop ends by itself, so that a profile of it can be written. */
const STOP_MS = 2_000;

export interface TransferRequest {
  /** The module of the contender, and which of its exports it is. */
  readonly modulePath: string;
  readonly contender: string;
  readonly bytes: number;
  readonly measuresHeap?: boolean;
  /** Default: 2 minutes. */
  readonly deadlineMs?: number;
}

interface FromSide {
  readonly word?: unknown;
  readonly measure?: SideMeasure;
}

/** A side of a transfer ended, or said nothing, before its measure. */
export class TransferError extends Error {
  readonly code = "BENCH_TRANSFER";
}

/** @throws TransferError */
export async function transfer(request: TransferRequest): Promise<TransferMeasure> {
  const receiver = startSide(request, "receive");
  const sender = startSide(request, "send");
  const deadline = AbortSignal.timeout(request.deadlineMs ?? DEADLINE_MS);
  try {
    relay(receiver, sender);
    relay(sender, receiver);
    const received = measureOf(receiver, request, deadline);
    const sent = measureOf(sender, request, deadline);
    // Whoever fails first tells; the other's promise must not be left without a listener.
    sent.catch(() => undefined);
    const whole = await Promise.race([received, sent.then(() => received)]);
    sender.send({ whole: true });
    return { bytes: request.bytes, receiver: whole, sender: await sent };
  } finally {
    for (const side of [sender, receiver]) await stopSide(side);
  }
}

function startSide({ modulePath, contender, bytes, measuresHeap }: TransferRequest, role: string): ChildProcess {
  const flags = measuresHeap === true ? ["--heap"] : [];
  return fork(SIDE, [modulePath, contender, role, String(bytes), ...flags], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

function relay(from: ChildProcess, to: ChildProcess): void {
  from.on("message", ({ word }: FromSide) => {
    if (word !== undefined && to.connected) to.send({ word });
  });
}

async function measureOf(
  side: ChildProcess,
  { contender, deadlineMs = DEADLINE_MS }: TransferRequest,
  deadline: AbortSignal,
): Promise<SideMeasure> {
  let complaint = "";
  side.stderr?.on("data", (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-2_000)));
  return await new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      const said = /^\w*Error\b.*$/m.exec(complaint)?.[0];
      reject(new TransferError(`${contender}: ${why}${said === undefined ? "" : `: ${said}`}`));
    };
    side.on("message", ({ measure }: FromSide) => {
      if (measure !== undefined) resolve(measure);
    });
    side.once("error", (error) => fail(`a side can't be started: ${error.message}`));
    // Not "exit": what it complained of must have been read.
    side.once("close", (code, signal) => fail(`a side ended early (${code ?? signal ?? "?"})`));
    deadline.addEventListener("abort", () => fail(`not through after ${deadlineMs / 1000} s`), { once: true });
  });
}

async function stopSide(side: ChildProcess): Promise<void> {
  if (side.exitCode !== null || side.signalCode !== null) return;
  const exited = once(side, "exit");
  const kill = setTimeout(() => side.kill("SIGKILL"), STOP_MS);
  if (side.connected) side.send({ stop: true });
  await exited;
  clearTimeout(kill);
}
