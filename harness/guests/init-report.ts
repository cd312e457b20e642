import type { GuestNamespace } from "./network-plan.ts";

/** What the guest's init wrote to its own port: evidence that the agent can't write (it never holds that port open). */
export interface InitReport {
  /** True when init got to its last line. */
  readonly complete: boolean;
  /** `up_s`, `agent_start_s`, `agent_end_s` (the guest's uptime), `agent_status`, `rng_current`, `memory_available_kib`, ... */
  readonly facts: ReadonlyMap<string, string>;
  /** Kernel counters by namespace: `Udp.RcvbufErrors`, `TcpExt.TCPTimeouts`, ... */
  readonly counters: ReadonlyMap<GuestNamespace, ReadonlyMap<string, bigint>>;
  /** `/proc/net/dev` by namespace and interface. */
  readonly interfaces: ReadonlyMap<GuestNamespace, ReadonlyMap<string, InterfaceCounters>>;
}

export interface InterfaceCounters {
  readonly receivedBytes: bigint;
  readonly receivedFrames: bigint;
  readonly receiveDrops: bigint;
  readonly sentBytes: bigint;
  readonly sentFrames: bigint;
  readonly sendDrops: bigint;
}

/** A report that init can't have written. */
export class InitReportError extends Error {
  override readonly name = "InitReportError";
  readonly code = "init-report";
}

const VERSION_LINE = "udpsec-init 1";

/**
 * Reads what `images/init/init.sh` wrote. An empty or unfinished report is no error: the machine may have died; see `complete`.
 *
 * @throws InitReportError on a line that doesn't belong there
 */
export function parseInitReport(text: string): InitReport {
  const lines = text.split("\n");
  // What follows the last line feed was cut short.
  lines.pop();
  const facts = new Map<string, string>();
  const counters = new Map<GuestNamespace, Map<string, bigint>>();
  const interfaces = new Map<GuestNamespace, Map<string, InterfaceCounters>>();
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
    else if (word === "begin" && (rest[0] === "root" || rest[0] === "second")) {
      const end = lines.indexOf("end", at);
      if (end < 0) break;
      const body = lines.slice(at, end);
      at = end + 1;
      if (rest[1] === "dev") interfaces.set(rest[0], parseInterfaces(body));
      else counters.set(rest[0], new Map([...(counters.get(rest[0]) ?? []), ...parseCounters(body)]));
    } else throw new InitReportError(`line ${at}: "${line}" is not a line of a report`);
  }
  return { complete, facts, counters, interfaces };
}

/** `/proc/net/snmp` and `netstat`: pairs of lines, names and values, both after the same `Prefix:`. */
function parseCounters(lines: readonly string[]): Map<string, bigint> {
  const counters = new Map<string, bigint>();
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [prefix = "", ...names] = (lines[index] ?? "").trim().split(/\s+/);
    const [valuePrefix, ...values] = (lines[index + 1] ?? "").trim().split(/\s+/);
    if (!prefix.endsWith(":") || prefix !== valuePrefix || names.length !== values.length) {
      throw new InitReportError(`counters: names and values of "${prefix}" do not match`);
    }
    for (const [position, name] of names.entries()) {
      counters.set(`${prefix.slice(0, -1)}.${name}`, count(values[position]));
    }
  }
  return counters;
}

/** `/proc/net/dev`: two lines of headings, then `name: 8 receive counters, 8 transmit counters`. */
function parseInterfaces(lines: readonly string[]): Map<string, InterfaceCounters> {
  const interfaces = new Map<string, InterfaceCounters>();
  for (const line of lines.slice(2)) {
    const [name = "", numbers = ""] = line.split(":");
    const values = numbers.trim().split(/\s+/).map(count);
    if (values.length < 16) throw new InitReportError(`/proc/net/dev: "${line}" has too few counters`);
    const [receivedBytes = 0n, receivedFrames = 0n, , receiveDrops = 0n] = values;
    const [sentBytes = 0n, sentFrames = 0n, , sendDrops = 0n] = values.slice(8);
    interfaces.set(name.trim(), { receivedBytes, receivedFrames, receiveDrops, sentBytes, sentFrames, sendDrops });
  }
  return interfaces;
}

function count(text: string | undefined): bigint {
  if (text === undefined || !/^-?\d+$/.test(text)) throw new InitReportError(`"${text ?? ""}" is not a counter`);
  return BigInt(text);
}
