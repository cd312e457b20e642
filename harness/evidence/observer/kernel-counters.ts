/** What init wrote after the agent had ended: `begin SPACE FILE`, the raw text of `/proc/net/FILE`, `end`. */
import type { KernelCounters } from "./evidence-input.ts";

const BEGIN = /^begin (\S+) (snmp|netstat|dev)$/;
const DEVICE_LINE = /^\s*([^\s:]+):\s*(\d.*)$/;
/** Columns of `/proc/net/dev`, in the kernel's order. */
const DEVICE_FIELDS = [
  ["rxBytes", "rxPackets", "rxErrors", "rxDropped", "rxFifo", "rxFrame", "rxCompressed", "rxMulticast"],
  ["txBytes", "txPackets", "txErrors", "txDropped", "txFifo", "txCollisions", "txCarrier", "txCompressed"],
].flat();

/**
 * @param initLogText of the port `org.udpsec.init`
 * @returns one entry per network namespace; blocks without an `end` are left out: the guest died while writing
 */
export function parseKernelCounters(initLogText: string, node: string): KernelCounters[] {
  const bySpace = new Map<string, Record<string, number>>();
  let block: { readonly space: string; readonly file: string; readonly lines: string[] } | undefined;
  for (const line of initLogText.split(/\r?\n/)) {
    const begin = BEGIN.exec(line);
    if (begin !== null) block = { space: begin[1] ?? "", file: begin[2] ?? "", lines: [] };
    else if (line === "end" && block !== undefined) {
      const values = bySpace.get(block.space) ?? {};
      bySpace.set(block.space, values);
      Object.assign(values, block.file === "dev" ? readDevices(block.lines) : readPairs(block.lines));
      block = undefined;
    } else block?.lines.push(line);
  }
  return [...bySpace].map(([namespace, values]) => ({ node, namespace, values }));
}

/** `Udp: InDatagrams NoPorts` followed by `Udp: 12 0`. */
function readPairs(lines: readonly string[]): Record<string, number> {
  const values: Record<string, number> = {};
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const [group = "", ...names] = (lines[i] ?? "").split(" ");
    const [sameGroup, ...numbers] = (lines[i + 1] ?? "").split(" ");
    if (group !== sameGroup) continue;
    for (const [index, name] of names.entries()) values[`${group.replace(":", "")}.${name}`] = Number(numbers[index]);
  }
  return values;
}

function readDevices(lines: readonly string[]): Record<string, number> {
  const values: Record<string, number> = {};
  for (const line of lines) {
    const [, device = "", columns = ""] = DEVICE_LINE.exec(line) ?? [];
    if (device === "") continue;
    for (const [index, number] of columns.trim().split(/\s+/).entries()) {
      values[`dev.${device}.${DEVICE_FIELDS[index] ?? index}`] = Number(number);
    }
  }
  return values;
}
