/** What a gateway calls the sockets inside, by the switch's notes: rules join what both sides of it show. */
import { readFileSync } from "node:fs";
import { journalIn } from "../../capture/capture-notes.ts";
import { readGatewayNote, type GatewayMapping } from "../../capture/gateway-notes.ts";
import { isPcapng } from "../../capture/pcapng.ts";
import { endpointText, type IpPacket, type Packet } from "./decode/packet.ts";

export interface TimedMapping extends GatewayMapping {
  /** On the clock of the capture's frames. */
  readonly timeUs: number;
}

/** By transport and socket outside. No socket outside is ever another's: a gateway that gave one twice is told by a rule of its own. */
export type InsideSockets = ReadonlyMap<string, { readonly address: string; readonly port: number }>;

/** @param path of a capture @returns in order, what became of the gateway's mappings; nothing of what is no capture of the switch's */
export function readMappings(path: string): TimedMapping[] {
  const bytes = readFileSync(path);
  if (!isPcapng(bytes)) return [];
  return journalIn(bytes).flatMap(({ message, timeUs }) => {
    const note = readGatewayNote(message);
    return note === undefined || note.kind === "joins" ? [] : [{ ...note, timeUs }];
  });
}

export function insideSocketsOf(mappings: readonly GatewayMapping[]): InsideSockets {
  const translated = mappings.filter(({ kind, inside, outside }) => kind === "mapped" && inside !== outside);
  return new Map(
    translated.map(({ transport, inside, outside }) => {
      const colon = inside.lastIndexOf(":");
      return [`${transport} ${outside}`, { address: inside.slice(0, colon), port: Number(inside.slice(colon + 1)) }];
    }),
  );
}

/** @returns the packet as who is inside would have sent it or got it */
export function asInside(packet: Packet, sockets: InsideSockets): Packet {
  const { ip } = packet;
  if (sockets.size === 0 || ip?.transport === undefined) return packet;
  const { transport } = ip;
  const at = (address: string, port: number) => sockets.get(`${transport.kind} ${endpointText(address, port)}`);
  const source = at(ip.source, transport.sourcePort);
  const destination = at(ip.destination, transport.destinationPort);
  if (source === undefined && destination === undefined) return packet;
  return { ...packet, ip: renamed(ip, source, destination) };
}

function renamed(
  ip: IpPacket,
  source: { readonly address: string; readonly port: number } | undefined,
  destination: { readonly address: string; readonly port: number } | undefined,
): IpPacket {
  const { transport } = ip;
  return {
    ...ip,
    source: source?.address ?? ip.source,
    destination: destination?.address ?? ip.destination,
    transport: transport && {
      ...transport,
      sourcePort: source?.port ?? transport.sourcePort,
      destinationPort: destination?.port ?? transport.destinationPort,
    },
  };
}
