/** The packets of the session port in a capture, in order, each in a few words that two runs of one profile share. */
import { readCapture } from "../../capture/read-capture.ts";
import { decodePacket } from "./decode/packet.ts";
import { readUdpSecHeader } from "./decode/udp-sec-header.ts";

export interface TracedPacket {
  /** Type, direction, size: no id, no address, no time. */
  readonly what: string;
  /** In its capture, from 1. */
  readonly frame: number;
}

const TYPE_NAMES: Readonly<Record<number, string>> = {
  0x01: "MSG1",
  0x02: "MSG2",
  0x03: "MSG3",
  0x04: "RETRY",
  0x10: "DATA",
  0x11: "ACK",
  0x12: "PING",
  0x13: "CLOSE",
};

/** @throws HarnessError if the capture can't be read */
export async function readPacketTrace(path: string, sessionPort: number): Promise<TracedPacket[]> {
  const { interfaces } = await readCapture(path);
  return interfaces.flatMap(({ frames }) =>
    frames.flatMap(({ bytes }, index): TracedPacket[] => {
      const transport = decodePacket(bytes)?.ip?.transport;
      if (transport === undefined) return [];
      const { sourcePort, destinationPort } = transport;
      if (sourcePort !== sessionPort && destinationPort !== sessionPort) return [];
      const way = destinationPort === sessionPort ? "to the listener" : "from the listener";
      if (transport.kind === "tcp") {
        const flags = [transport.syn && "SYN", transport.fin && "FIN", transport.rst && "RST"]
          .filter(Boolean)
          .join("+");
        return [
          { what: `TCP ${flags === "" ? "" : `${flags} `}${transport.payload.length} bytes ${way}`, frame: index + 1 },
        ];
      }
      const header = readUdpSecHeader(transport.payload);
      const name = header === undefined ? "datagram" : (TYPE_NAMES[header.type] ?? "packet");
      return [{ what: `${name} ${transport.payloadLength} bytes ${way}`, frame: index + 1 }];
    }),
  );
}
