import type { GuestNamespace } from "./network-plan.ts";
import { isOfStacks } from "./stacks-report.ts";

/** What the guest's init wrote to its own port: evidence that the agent can't write (it never holds that port open). */
export interface InitReport {
  /** True when init got to its last line. */
  readonly complete: boolean;
  /** `up_s`, `agent_start_s`, `agent_end_s` (the guest's uptime), `agent_status`, `rng_current`, `memory_available_kib`, ... */
  readonly facts: ReadonlyMap<string, string>;
  /**
   * What the kernel counted, by namespace: `Udp.RcvbufErrors`, `TcpExt.TCPTimeouts`, `dev.eth0.rxDropped`, ... Of blocks that were written to
   * their end: a guest may have died while writing.
   */
  readonly counters: ReadonlyMap<GuestNamespace, Readonly<Record<string, number>>>;
  /** Which ports were open, at moments while the processes lived. */
  readonly samples: readonly SocketSample[];
}

/** Of a moment: a process (`ready`: by its index; `ended`: by its source) had said that it is ready, or had ended. */
export interface SocketSample {
  readonly what: "ready" | "ended";
  readonly who: string;
  readonly sockets: readonly OpenSocket[];
}

/** A UDP socket that takes what anybody sends, or a TCP socket that listens. */
export interface OpenSocket {
  readonly namespace: GuestNamespace;
  readonly protocol: "udp" | "tcp";
  readonly uid: number;
  readonly port: number;
}

/** A report that init can't have written. */
export class InitReportError extends Error {
  override readonly name = "InitReportError";
  readonly code = "init-report";
}

const SAMPLE = /^sample (?<what>ready|ended) (?<who>\S+)$/;
const SOCKET = /^socket (?<namespace>root|second) (?<protocol>udp|tcp) (?<uid>\d+) (?<port>\d+)$/;
const VERSION_LINE = "udpsec-init 1";
/** Columns of `/proc/net/dev`, in the kernel's order. */
const DEVICE_FIELDS = [
  ["rxBytes", "rxPackets", "rxErrors", "rxDropped", "rxFifo", "rxFrame", "rxCompressed", "rxMulticast"],
  ["txBytes", "txPackets", "txErrors", "txDropped", "txFifo", "txCollisions", "txCarrier", "txCompressed"],
].flat();

/**
 * Reads what `images/init/init.sh` wrote. An empty or unfinished report is no error: the machine may have died; see `complete`.
 *
 * @throws InitReportError on a line that doesn't belong there
 */
export function parseInitReport(text: string): InitReport {
  const lines = text.split(/\r?\n/);
  // What follows the last line feed was cut short.
  lines.pop();
  const facts = new Map<string, string>();
  const counters = new Map<GuestNamespace, Record<string, number>>();
  const samples: (SocketSample & { readonly sockets: OpenSocket[] })[] = [];
  let complete = false;
  let at = 0;
  const next = (): string | undefined => lines[at++];
  const first = next();
  if (first !== undefined && first !== VERSION_LINE)
    throw new InitReportError(`line 1: expected "${VERSION_LINE}", got "${first}"`);
  for (let line = next(); line !== undefined; line = next()) {
    const [word, ...rest] = line.split(" ");
    if (complete) throw new InitReportError(`line ${at}: something follows "done"`);
    if (word === "fact" && rest[0] !== undefined) facts.set(rest[0], rest.slice(1).join(" "));
    else if (line === "done") complete = true;
    else if (SAMPLE.test(line)) samples.push(sampleOf(line));
    else if (isOfStacks(line)) continue;
    else if (SOCKET.test(line) && samples.length > 0) samples.at(-1)?.sockets.push(socketOf(line));
    else if (word === "begin" && (rest[0] === "root" || rest[0] === "second")) {
      const end = lines.indexOf("end", at);
      if (end < 0) break;
      const body = lines.slice(at, end);
      at = end + 1;
      const values = rest[1] === "dev" ? parseDevices(body) : parseCounters(body);
      counters.set(rest[0], { ...counters.get(rest[0]), ...values });
    } else throw new InitReportError(`line ${at}: "${line}" is not a line of a report`);
  }
  return { complete, facts, counters, samples };
}

function sampleOf(line: string): SocketSample & { readonly sockets: OpenSocket[] } {
  const { what, who = "" } = SAMPLE.exec(line)?.groups ?? {};
  return { what: what === "ready" ? "ready" : "ended", who, sockets: [] };
}

function socketOf(line: string): OpenSocket {
  const { namespace, protocol, uid, port } = SOCKET.exec(line)?.groups ?? {};
  return {
    namespace: namespace === "second" ? "second" : "root",
    protocol: protocol === "tcp" ? "tcp" : "udp",
    uid: Number(uid),
    port: Number(port),
  };
}

/** `/proc/net/snmp` and `netstat`: pairs of lines, names and values, both after the same `Prefix:`. */
function parseCounters(lines: readonly string[]): Record<string, number> {
  const counters: Record<string, number> = {};
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [prefix = "", ...names] = (lines[index] ?? "").trim().split(/\s+/);
    const [valuePrefix, ...values] = (lines[index + 1] ?? "").trim().split(/\s+/);
    if (!prefix.endsWith(":") || prefix !== valuePrefix || names.length !== values.length) {
      throw new InitReportError(`counters: names and values of "${prefix}" do not match`);
    }
    for (const [position, name] of names.entries()) {
      counters[`${prefix.slice(0, -1)}.${name}`] = count(values[position]);
    }
  }
  return counters;
}

/** `/proc/net/dev`: two lines of headings, then `name: 8 receive counters, 8 transmit counters`. */
function parseDevices(lines: readonly string[]): Record<string, number> {
  const counters: Record<string, number> = {};
  for (const line of lines.slice(2)) {
    const [name = "", numbers = ""] = line.split(":");
    const values = numbers.trim().split(/\s+/).map(count);
    if (values.length < DEVICE_FIELDS.length)
      throw new InitReportError(`/proc/net/dev: "${line}" has too few counters`);
    for (const [column, field] of DEVICE_FIELDS.entries()) {
      counters[`dev.${name.trim()}.${field}`] = values[column] ?? 0;
    }
  }
  return counters;
}

function count(text: string | undefined): number {
  if (text === undefined || !/^-?\d+$/.test(text)) throw new InitReportError(`"${text ?? ""}" is not a counter`);
  return Number(text);
}
