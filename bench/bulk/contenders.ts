/** Who transfers, in the order of the table, and how much: about five seconds of work for each, since a compiler's warm-up is a tenth of two. */
import { join } from "node:path";
import { projectRoot } from "../../harness/host/project-root.ts";

export interface ContenderRecord {
  readonly what: string;
  readonly module: "own-stack" | "limit" | "secret-stream" | "libp2p" | "werift" | "quic" | "tls";
  readonly contender: string;
  readonly mebibytes: number;
}

export const CONTENDERS: readonly ContenderRecord[] = [
  { what: "limit: seal+send, receive+open", module: "limit", contender: "limitNative", mebibytes: 320 },
  { what: "bare dgram", module: "limit", contender: "bareDgram", mebibytes: 768 },
  { what: "udp-sec, node:crypto", module: "own-stack", contender: "udpSecNative", mebibytes: 160 },
  { what: "udp-sec, libsodium", module: "own-stack", contender: "udpSecSodium", mebibytes: 224 },
  { what: "udp-sec, noble", module: "own-stack", contender: "udpSecNoble", mebibytes: 80 },
  { what: "tcp fallback, node:crypto", module: "own-stack", contender: "tcpNative", mebibytes: 1024 },
  { what: "secret-stream over udx-native", module: "secret-stream", contender: "secretStream", mebibytes: 640 },
  { what: "libp2p: tcp, noise, yamux", module: "libp2p", contender: "libp2p", mebibytes: 896 },
  { what: "werift data channel", module: "werift", contender: "dataChannel", mebibytes: 24 },
  { what: "@matrixai/quic", module: "quic", contender: "quic", mebibytes: 6 },
  { what: "node:tls, ChaCha20", module: "tls", contender: "nodeTls", mebibytes: 3072 },
];

/** Ours are bundled; the peers' modules run as they are, beside packages of their own. */
export function isOwn({ module }: ContenderRecord): boolean {
  return module === "own-stack" || module === "limit";
}

export function peersFolder(): string {
  return join(projectRoot(), "bench/peers");
}
