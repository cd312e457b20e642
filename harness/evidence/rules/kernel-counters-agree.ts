/** The kernel of the guest, asked by init, counted what the capture shows, but for what it lost itself. */
import type { KernelCounters } from "../scene/evidence-input.ts";
import type { Scene } from "../scene/scene.ts";
import type { Tap } from "../scene/tap.ts";
import { besideUdp } from "../scene/kernel-counters-beside-udp.ts";
import { confirmed, contradicted, unavailable, type Rule } from "./rule.ts";

/** Datagrams may wait unread in a socket that is closed, or in the driver when the power goes. */
const SLACK_DATAGRAMS = 16;
const SLACK_SHARE = 0.01;

export const kernelCountersAgree: Rule = {
  id: "kernel-counters-agree",
  text: "The guest's kernel, asked by init, counted the datagrams, frames and segments that the capture shows, and nothing beside them.",
  claims: ({ input }) => input.counters.length > 0 || (input.withoutCounters ?? []).length > 0,
  judge(scene) {
    const seen: string[] = [];
    const absent = scene.input.withoutCounters ?? [];
    const missing = `no counters of ${absent.join(", ")}: ended before init could write them`;
    if (scene.input.counters.length === 0) return unavailable(missing);
    for (const counters of scene.input.counters) {
      const name = `${counters.node}/${counters.namespace}`;
      const tap = tapOf(scene, counters);
      if (tap === undefined) continue;
      if (tap.mac === undefined) return contradicted(`${name}: the address of NIC ${tap.name} is not known`);
      const wire = datagramsAt(tap, tap.mac);
      const kernel = readUdp(counters.values);
      if (kernel === undefined) return contradicted(`${name}: no Udp counters`);
      const figures =
        `${name}: sent ${kernel.sent} by the kernel, ${wire.sent} on the wire; ` +
        `received ${kernel.received} (+${kernel.lost} lost in the guest), ${wire.received} on the wire`;
      const slack = Math.max(SLACK_DATAGRAMS, Math.ceil(Math.max(wire.sent, wire.received) * SLACK_SHARE));
      const invented = wire.sent > kernel.sent || kernel.received > wire.received;
      const vanished = kernel.sent - wire.sent > slack || wire.received - kernel.received - kernel.lost > slack;
      if (invented || vanished) return contradicted(figures);
      const problem = besideUdp(tap, tap.mac, counters);
      if (problem !== undefined) return contradicted(`${name}: ${problem}`);
      seen.push(figures);
    }
    if (seen.length === 0) return contradicted("no counters of a captured NIC");
    return confirmed([...seen, ...(absent.length === 0 ? [] : [missing])].join("; "));
  },
};

/** NIC 0 stays in the root namespace, NIC 1 goes into the second one. */
function tapOf(scene: Scene, { node, namespace }: KernelCounters): Tap | undefined {
  const taps = scene.taps.filter((tap) => tap.node === node && tap.nic === (namespace === "root" ? 0 : 1));
  return taps.find(({ mac }) => mac !== undefined) ?? taps[0];
}

function datagramsAt(tap: Tap, mac: string): { readonly sent: number; readonly received: number } {
  let sent = 0;
  let received = 0;
  for (const { packet } of tap.frames) {
    if (packet?.ip?.transport?.kind !== "udp") continue;
    if (packet.sourceMac === mac) sent += 1;
    else if (packet.destinationMac === mac) received += 1;
  }
  return { sent, received };
}

function readUdp(
  values: Readonly<Record<string, number>>,
): { readonly sent: number; readonly received: number; readonly lost: number } | undefined {
  const { "Udp.OutDatagrams": sent, "Udp.InDatagrams": received } = values;
  if (sent === undefined || received === undefined) return undefined;
  const of = (name: string): number => values[name] ?? 0;
  // InErrors holds RcvbufErrors, InCsumErrors and MemErrors.
  const errors = Math.max(of("Udp.InErrors"), of("Udp.RcvbufErrors") + of("Udp.InCsumErrors"));
  const lost = errors + of("Udp.NoPorts") + of("Ip.InHdrErrors") + of("Ip.InAddrErrors") + of("Ip.InDiscards");
  return { sent, received, lost };
}
