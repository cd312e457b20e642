/** What a kernel counted beside datagrams: frames of its device, segments of TCP, messages of ICMP, fragments, and what never left it. */
import type { KernelCounters } from "./evidence-input.ts";
import type { Tap } from "./tap.ts";

/** Frames may wait in the driver when the power goes, and a kernel answers some after init has read its counters. */
const SLACK_FRAMES = 16;
const SLACK_SHARE = 0.01;
const IPV4_TYPE = 0x0800;
const PROTOCOL_AT = 23;
const ICMP = 1;

interface Counted {
  readonly sent: number;
  readonly received: number;
}

/** @param mac of the NIC @returns what doesn't fit to the capture at it */
export function besideUdp(tap: Tap, mac: string, { values }: KernelCounters): string | undefined {
  const of = (name: string): number => values[name] ?? 0;
  const device = `dev.eth${tap.nic}`;
  if (values[`${device}.txPackets`] === undefined) return `no counters of eth${tap.nic}`;
  const frames = countAt(tap, mac, () => true);
  const tcp = countAt(tap, mac, ({ packet }) => packet?.ip?.transport?.kind === "tcp");
  const icmp = countAt(tap, mac, isIcmp);
  // Where nobody answers its ARP a kernel tells itself that the host can't be reached, over loopback, and counts that both ways.
  const toItself = Math.min(of("dev.lo.txPackets"), of("Icmp.OutDestUnreachs"), of("Icmp.InDestUnreachs"));
  const broken = [
    near("frames sent", of(`${device}.txPackets`), frames.sent),
    // What is for others, or for everybody, a device may leave out.
    atMost("frames received", of(`${device}.rxPackets`), frames.received),
    atLeast("frames received", of(`${device}.rxPackets`) + of(`${device}.rxDropped`), ownFrames(tap, mac)),
    atLeast("segments sent", of("Tcp.OutSegs") + of("Tcp.RetransSegs") + of("Tcp.OutRsts"), tcp.sent),
    atMost("segments sent", of("Tcp.OutSegs"), tcp.sent),
    // Several may have come up as one.
    atMost("segments received", of("Tcp.InSegs"), tcp.received),
    near("ICMP sent", of("Icmp.OutMsgs") - toItself, icmp.sent),
    atMost("ICMP received", of("Icmp.InMsgs") - toItself, icmp.received),
    none("packets over loopback", of("dev.lo.txPackets") - toItself),
    none("fragments made", of("Ip.FragCreates")),
    none("fragments put together", of("Ip.ReasmReqds")),
  ];
  return broken.find((problem) => problem !== undefined);
}

function countAt(tap: Tap, mac: string, isOne: (frame: Tap["frames"][number]) => boolean): Counted {
  const counted = { sent: 0, received: 0 };
  for (const frame of tap.frames) {
    if (frame.packet === undefined || !isOne(frame)) continue;
    if (frame.packet.sourceMac === mac) counted.sent += 1;
    else counted.received += 1;
  }
  return counted;
}

function ownFrames(tap: Tap, mac: string): number {
  return tap.frames.filter(({ packet }) => packet?.destinationMac === mac).length;
}

function isIcmp({ captured: { bytes } }: Tap["frames"][number]): boolean {
  return bytes.length > PROTOCOL_AT && bytes.readUInt16BE(12) === IPV4_TYPE && bytes[PROTOCOL_AT] === ICMP;
}

function slackOf(number: number): number {
  return Math.max(SLACK_FRAMES, Math.ceil(number * SLACK_SHARE));
}

function atMost(what: string, kernel: number, wire: number): string | undefined {
  return kernel > wire + slackOf(wire) ? `${what}: ${kernel} by the kernel, ${wire} on the wire` : undefined;
}

function atLeast(what: string, kernel: number, wire: number): string | undefined {
  return kernel < wire - slackOf(wire) ? `${what}: ${kernel} by the kernel, ${wire} on the wire` : undefined;
}

/** Each process has a namespace and talks over its NIC, and packets fit into frames. */
function none(what: string, kernel: number): string | undefined {
  return kernel > 0 ? `${kernel} ${what}, by the kernel` : undefined;
}

function near(what: string, kernel: number, wire: number): string | undefined {
  return atMost(what, kernel, wire) ?? atLeast(what, kernel, wire);
}
