/** What the switch writes beside the frames about its gateway: where its legs are, and what it calls the sockets inside. */

export interface GatewayJoins {
  readonly kind: "joins";
  readonly gateway: string;
  /** Interfaces of the capture, inside first: what they show, the NICs at both ends show as well. */
  readonly legs: readonly [string, string];
}

export interface GatewayMapping {
  readonly kind: "mapped" | "expired" | "forgotten";
  readonly gateway: string;
  readonly transport: string;
  /** `10.24.0.1:40000`; of ICMP with the identifier of an echo. */
  readonly inside: string;
  readonly outside: string;
  /** The one socket that it is for; undefined: any. */
  readonly remote: string | undefined;
}

export type GatewayNote = GatewayJoins | GatewayMapping;

const JOINS = /^gateway (\S+) joins (\S+) (\S+)$/;
const MAPPING = /^gateway (\S+) (mapped|expired|forgotten) (udp|tcp|icmp) (\S+) (\S+)(?: for (\S+))?$/;

/** @returns undefined: it is about something else */
export function readGatewayNote(message: string): GatewayNote | undefined {
  const [, joining, inner, outer] = JOINS.exec(message) ?? [];
  if (joining !== undefined && inner !== undefined && outer !== undefined)
    return { kind: "joins", gateway: joining, legs: [inner, outer] };
  const [, gateway, kind, transport, inside, outside, remote] = MAPPING.exec(message) ?? [];
  if (gateway === undefined || transport === undefined || inside === undefined || outside === undefined)
    return undefined;
  if (kind !== "mapped" && kind !== "expired" && kind !== "forgotten") return undefined;
  return { kind, gateway, transport, inside, outside, remote };
}

export function gatewayNoteText(note: GatewayNote): string {
  if (note.kind === "joins") return `gateway ${note.gateway} joins ${note.legs.join(" ")}`;
  const { gateway, kind, transport, inside, outside, remote } = note;
  return `gateway ${gateway} ${kind} ${transport} ${inside} ${outside}${remote === undefined ? "" : ` for ${remote}`}`;
}
