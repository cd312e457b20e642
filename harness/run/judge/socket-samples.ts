/**
 * Sockets as root saw them while the processes lived, against what the processes say of their ports: behind a shut gate a daemon has none,
 * on any port, and who says that it listens does.
 */
import type { OpenSocket, SocketSample } from "../../guests/init-report.ts";
import { FIRST_UID } from "../../guests/process-plan.ts";
import { SESSION_PORT } from "../../topology/addressing.ts";
import type { TopologyNode } from "../../topology/topology.ts";

const ROOT_UID = 0;

/** @param printed ids of the markers that the node has printed @returns what doesn't fit; always undefined where nobody looked */
export function socketProblem(
  samples: readonly SocketSample[],
  { processes }: Pick<TopologyNode, "processes">,
  printed: ReadonlySet<string>,
): string | undefined {
  const daemons = processes.flatMap(({ kind, mode, entropyPolicy }, index) =>
    kind === "dsoftbusd" ? [{ uid: FIRST_UID + index, mode, entropyPolicy }] : [],
  );
  // Root's are those of commands that the run itself gave: what init did unasked is told elsewhere.
  const sockets = samples.flatMap((sample) => sample.sockets).filter(({ uid }) => uid !== ROOT_UID);
  const isOfDaemon = ({ uid }: OpenSocket): boolean => daemons.some((daemon) => daemon.uid === uid);
  // A gate that takes the kernel's word is never shut.
  const isGated = ({ uid }: OpenSocket): boolean =>
    daemons.some((daemon) => daemon.uid === uid && daemon.entropyPolicy === "hardware");
  const isShut = printed.has("rng-blocked") && !printed.has("listener-up") && !printed.has("disabled-fallback");
  const open = isShut ? sockets.find(isGated) : undefined;
  if (open !== undefined) return `behind the shut gate a daemon has ${portText(open)} open`;
  const listening = sockets.filter(({ protocol }) => protocol === "tcp");
  const stray = listening.find((socket) => !isOfDaemon(socket) || socket.port !== SESSION_PORT);
  if (stray !== undefined) return `user ${stray.uid} listens on ${portText(stray)}, which nobody planned`;
  const speakers = daemons.filter(({ mode }) => mode !== "tcp").map(({ uid }) => uid);
  const isBound = sockets.some(
    ({ uid, protocol, port }) => protocol === "udp" && port === SESSION_PORT && speakers.includes(uid),
  );
  if (!printed.has("listener-up") || samples.length === 0 || isBound) return undefined;
  return `it says that it listens on UDP port ${SESSION_PORT}, and root found no such socket`;
}

function portText({ protocol, port }: OpenSocket): string {
  return `${protocol.toUpperCase()} port ${port}`;
}
