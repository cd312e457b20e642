/** One place where frames were seen: a NIC, as QEMU's filter-dump or the fabric wrote it. */
import type { CapturedFrame, CaptureFile, Direction } from "../../capture/captured-frame.ts";
import { decodePacket, type Packet } from "./decode/packet.ts";
import type { CaptureSource } from "./evidence-input.ts";
import { asInside, type InsideSockets } from "./inside-sockets.ts";
import { stationOf, type Wire, type WirePlan } from "./wire-plan.ts";

export interface Tap {
  /** `a.0`: node and NIC. */
  readonly name: string;
  readonly node: string;
  readonly nic: number;
  readonly mac: string | undefined;
  readonly path: string;
  readonly cutShort: boolean;
  readonly frames: readonly TappedFrame[];
}

export interface TappedFrame {
  readonly captured: CapturedFrame;
  readonly direction: Direction;
  /** Undefined: too short for Ethernet. Its ends are called what they are inside, where a gateway calls them otherwise. */
  readonly packet: Packet | undefined;
}

export interface ReadCapture {
  readonly source: CaptureSource;
  readonly file: CaptureFile;
}

const INTERFACE_NAME = /^(.+)\.(\d+)$/;

/** A pcapng interface named `node.nic` is that NIC, whatever the source says; a MAC learnt at one tap serves the others. */
export function tapsOf(captures: readonly ReadCapture[], plan?: WirePlan, sockets?: InsideSockets): Tap[] {
  const macs = new Map<string, string>();
  const seen = captures.flatMap(({ source, file }) => {
    const interfaces = file.interfaces.length === 0 ? [{ name: undefined, frames: [] }] : file.interfaces;
    return interfaces.map(({ name, frames }) => {
      const named = INTERFACE_NAME.exec(name ?? "");
      const node = named?.[1] ?? source.node;
      const nic = named === null ? source.nic : Number(named[2]);
      const tapName = `${node}.${nic}`;
      const decoded = frames.map((captured) => {
        const packet = decodePacket(captured.bytes);
        return { captured, packet: packet && sockets ? asInside(packet, sockets) : packet };
      });
      const sent = decoded.find(({ captured, packet }) => captured.direction === "sent" && packet !== undefined);
      const mac = named === null ? source.mac?.toLowerCase() : sent?.packet?.sourceMac;
      if (mac !== undefined) macs.set(tapName, mac);
      return { name: tapName, node, nic, path: source.path, cutShort: file.cutShort, decoded };
    });
  });
  return seen.map(({ decoded, ...tap }) => {
    const mac = macs.get(tap.name);
    const wire = plan?.wires[tap.name];
    const frames = decoded.map((frame) => ({
      ...frame,
      direction: directionOf(frame.captured, frame.packet, { mac, wire }),
    }));
    return { ...tap, mac, frames };
  });
}

/** What comes from an address that nobody has counts as sent by the machine at whose NIC it was seen: else who invents one is never asked. */
function directionOf(
  captured: CapturedFrame,
  packet: Packet | undefined,
  { mac, wire }: { readonly mac: string | undefined; readonly wire: Wire | undefined },
): Direction {
  if (captured.direction !== "unknown" || mac === undefined || packet === undefined) return captured.direction;
  const isForeign = wire !== undefined && stationOf(wire, packet.sourceMac) === undefined;
  return packet.sourceMac === mac || isForeign ? "sent" : "received";
}
