/** The handshake that the negative vectors of udp-sec start from, and how a vector names its places. */
import { DEFAULT_PARAMS, type HandshakeParty, type UdpHandshake, udpHandshake } from "./datagrams.ts";
import { deviceOf } from "./device.ts";
import { secretOf } from "./secret-of.ts";

export interface UdpStage {
  readonly initiator: HandshakeParty;
  readonly responder: HandshakeParty;
  readonly handshake: UdpHandshake;
}

export function stageOf(label: string, changes: Partial<Pick<HandshakeParty, "params">> = {}): UdpStage {
  const party = (side: string, half: number): HandshakeParty => ({
    device: deviceOf(`${label}/${side}`),
    ephemeral: secretOf(`${label}/${side}/ephemeral`),
    half,
    params: DEFAULT_PARAMS,
    ...changes,
  });
  const initiator = party("initiator", 0x04030201);
  const responder = party("responder", 0x0d0c0b0a);
  return { initiator, responder, handshake: udpHandshake(initiator, responder) };
}

/** Of the first vector of udp-handshake.json. */
export const STAGE = stageOf("udp");
