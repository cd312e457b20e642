/**
 * What a process of this host does: what the kernel says of it, and, if it is Node's, the stack of its main thread. Its inspector is opened by
 * SIGUSR1, as Node has it for every program; that works in an endless loop too, and stays open for whoever may attach.
 */
import { readdir, readFile, readlink } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { PAUSED, QUESTIONS, readInspectorSaid, TAKEN, type InspectorSaid } from "./inspector-said.ts";
import type { ProcessDoing } from "./process-doing.ts";

const LOOK_MS = 300;
/** Of each step: until it listens, answers, pauses. */
const STEP_MS = 2_000;
/** What only waits has no stack to pause at. */
const PAUSE_MS = 500;
const POLL_MS = 50;
const MAX_SAID_BYTES = 256 * 1024;
const SIGUSR1_BIT = 1n << 9n;
const LOOPBACK = "127.0.0.1";
/** Of proc(5), behind the program's name: state, then user and system time in hundredths of a second. */
const [STATE, USER_TICKS, SYSTEM_TICKS] = [0, 11, 12];
const TICK_MS = 10;

/** @param source its name in events @returns undefined: there is no such process */
export async function lookAtProcess(pid: number, source: string): Promise<ProcessDoing | undefined> {
  const before = await ticksOf(pid);
  const startedMs = performance.now();
  await sleep(LOOK_MS);
  const after = await ticksOf(pid);
  if (before === undefined || after === undefined) return undefined;
  const busy = Math.min(1, ((after.ticks - before.ticks) * TICK_MS) / (performance.now() - startedMs));
  const wchan = await readFile(`/proc/${pid}/wchan`, "utf8").catch(() => "0");
  const said = await askInspector(pid).catch(() => undefined);
  return { source, state: after.state, busy, wchan: /^\w{2,80}$/.test(wchan) ? wchan : undefined, said };
}

async function ticksOf(pid: number): Promise<{ readonly state: string; readonly ticks: number } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields === undefined) return undefined;
  return { state: fields[STATE] ?? "", ticks: Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS]) };
}

/** @returns undefined: it is none of Node's, or does not get to it */
async function askInspector(pid: number): Promise<InspectorSaid | undefined> {
  if (!(await takesSignal(pid))) return undefined;
  const earlier = await listeningPorts(pid);
  process.kill(pid, "SIGUSR1");
  const port = await until(async () => {
    const opened = [...(await listeningPorts(pid))].filter((one) => !earlier.has(one));
    // One that was opened before is asked again.
    for (const one of opened.length > 0 ? opened : earlier) if ((await targetAt(one)) !== undefined) return one;
    return undefined;
  });
  const target = port === undefined ? undefined : await targetAt(port);
  return port === undefined || target === undefined ? undefined : await interview(port, target);
}

/** Without a handler, which Node has from early on, the signal would end it. */
async function takesSignal(pid: number): Promise<boolean> {
  const [, mask = "0"] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  return (BigInt(`0x${mask}`) & SIGUSR1_BIT) !== 0n;
}

/** @returns the TCP ports of the loopback at which it listens */
async function listeningPorts(pid: number): Promise<Set<number>> {
  const files = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => "")));
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const table = await readFile(`/proc/${pid}/net/tcp`, "utf8");
  const ports = table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    return state === "0A" && local.startsWith("0100007F:") && inodes.has(inode) ? [parseInt(local.slice(9), 16)] : [];
  });
  return new Set(ports);
}

/** @returns the name under which an inspector's one target is reached; undefined: no inspector listens there */
function targetAt(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request({ host: LOOPBACK, port, path: "/json/list", timeout: STEP_MS, agent: false }, (answer) => {
      void textOf(answer).then((text) => resolve(/"id": "([0-9a-f-]{36})"/.exec(text)?.[1]));
    });
    asked.once("error", () => resolve(undefined));
    asked.once("timeout", () => asked.destroy(new Error("too slow")));
    asked.end();
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  try {
    for await (const chunk of answer) {
      text += String(chunk);
      if (text.length > MAX_SAID_BYTES) break;
    }
  } catch {
    // What came is what there is.
  }
  return text;
}

function interview(port: number, target: string): Promise<InspectorSaid | undefined> {
  const upgrade = { connection: "Upgrade", upgrade: "websocket" };
  const words = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13" };
  return new Promise((resolve) => {
    const headers = { ...upgrade, ...words };
    const asked = request({ host: LOOPBACK, port, path: `/${target}`, headers, timeout: STEP_MS, agent: false });
    asked.once("error", () => resolve(undefined));
    asked.once("timeout", () => asked.destroy(new Error("too slow")));
    asked.once("upgrade", (_, socket: Socket, head) => void heardOver(socket, head).then(resolve));
    asked.end();
  });
}

async function heardOver(socket: Socket, head: Buffer): Promise<InspectorSaid> {
  let heard: Buffer = Buffer.concat([Buffer.from("\r\n\r\n"), head]);
  socket.on("error", () => undefined);
  socket.on("data", (chunk: Buffer) => {
    if (heard.length < MAX_SAID_BYTES) heard = Buffer.concat([heard, chunk]);
  });
  for (const question of QUESTIONS) socket.write(clientFrame(question));
  const hears = (text: string) => async (): Promise<true | undefined> => (heard.includes(text) ? true : undefined);
  if ((await until(hears(TAKEN))) === true) await until(hears(PAUSED), PAUSE_MS);
  socket.write(clientFrame('{"id":4,"method":"Debugger.resume"}'));
  socket.end();
  return readInspectorSaid(heard);
}

/** One short text frame, masked with zeros (RFC 6455 5.2). */
function clientFrame(text: string): Uint8Array {
  const body = Buffer.from(text);
  return Buffer.concat([Uint8Array.of(0x81, 0x80 | body.length, 0, 0, 0, 0), body]);
}

async function until<T>(look: () => Promise<T | undefined>, limitMs = STEP_MS): Promise<T | undefined> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined || performance.now() >= endMs) return found;
    await sleep(POLL_MS);
  }
}
