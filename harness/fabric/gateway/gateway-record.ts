/** What a gateway decides beyond what its plan says of every packet, one line of the decision log each. */
import { gatewayNoteText } from "../../capture/gateway-notes.ts";

const SOCKET = /^\d{1,3}(?:\.\d{1,3}){3}:(\d{1,5})$/;

export interface GatewayRecord {
  /** Its name. */
  readonly gateway: string;
  /** The same in each run of a profile: `udp 10.24.0.1 #2`, the second that a host made. Ports of hosts are their kernel's. */
  readonly mapping: string;
  readonly event: "mapped" | "expired" | "forgotten";
  /** `10.24.0.1:40000` and what it is called outside; both the same where nothing is translated. */
  readonly inside: string;
  readonly outside: string;
  /** Whom it is for alone, where that makes a difference. */
  readonly remote?: string;
  /** Packets that it had carried, from inside and to it. */
  readonly sent: number;
  readonly received: number;
  readonly atMs: number;
}

export function isGatewayRecord(value: unknown): value is GatewayRecord {
  if (typeof value !== "object" || value === null) return false;
  const { gateway, mapping, event, inside, outside, remote, sent, received, atMs } = value as Record<string, unknown>;
  return (
    [gateway, mapping].every((text) => typeof text === "string") &&
    [inside, outside].every(isSocket) &&
    (event === "mapped" || event === "expired" || event === "forgotten") &&
    (remote === undefined || typeof remote === "string") &&
    Number.isSafeInteger(sent) &&
    Number.isSafeInteger(received) &&
    typeof atMs === "number"
  );
}

/** A replay gives what it says to a gateway, which puts the port into packets. */
function isSocket(value: unknown): boolean {
  const [, port] = (typeof value === "string" && SOCKET.exec(value)) || [];
  return port !== undefined && Number(port) <= 0xffff;
}

/** @returns what the capture says of it */
export function gatewayNote({ gateway, event, mapping, inside, outside, remote }: GatewayRecord): string {
  const [transport = ""] = mapping.split(" ");
  return gatewayNoteText({ kind: event, gateway, transport, inside, outside, remote });
}
