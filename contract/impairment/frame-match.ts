/** Which frames a fault concerns. Every field that is given must hold; none given: every frame. */
import type { FrameInfo, FrameProtocol, PacketTypeName } from "./frame-info.ts";

export interface FrameMatch {
  readonly protocol?: FrameProtocol;
  /** Source or destination port is one of these. */
  readonly ports?: readonly number[];
  /** `lengthBytes` is at least this. */
  readonly minBytes?: number;
  /** `lengthBytes` is at most this. */
  readonly maxBytes?: number;
  readonly packetTypes?: readonly PacketTypeName[];
}

export function matches(match: FrameMatch | undefined, frame: FrameInfo): boolean {
  if (match === undefined) return true;
  if (match.protocol !== undefined && match.protocol !== frame.protocol) return false;
  if (match.minBytes !== undefined && frame.lengthBytes < match.minBytes) return false;
  if (match.maxBytes !== undefined && frame.lengthBytes > match.maxBytes) return false;
  if (match.ports !== undefined && !hasPort(match.ports, frame)) return false;
  if (match.packetTypes === undefined) return true;
  return frame.packetType !== undefined && match.packetTypes.includes(frame.packetType);
}

function hasPort(ports: readonly number[], frame: FrameInfo): boolean {
  return ports.some((port) => port === frame.sourcePort || port === frame.destinationPort);
}
