import type { Topology, TopologyNode, TopologyProcess } from "../topology/topology.ts";

export const LOSS = 0.02;
const NETWORK = "net";
/** Of one transfer, each way. Every transfer and every stream leaves an event: a fast machine must not flood its event port with them. */
const BULK_BYTES = 1024 * 1024;
const MESSAGES_PER_STREAM = 400;
/** Daemons go on for this much longer than the self-test takes. */
const LINGER_MS = 10 * 60_000;

/** @returns two machines whose link loses frames in both directions; the first one's self-test probes the second one's daemon */
export function soakTopology(seconds: number): Topology {
  const agent = { namespace: "root", mode: "udp-sec", udpSecEnabled: true, entropyPolicy: "hardware" } as const;
  return {
    name: "soak",
    nodes: [
      soakNode("a", { kind: "selftest", ...agent, target: "b", probes: ["soak"] }),
      soakNode("b", { kind: "dsoftbusd", ...agent, allowUnknownPeers: false, dials: [] }),
    ],
    networks: [{ name: NETWORK, kind: "fabric" }],
    links: [{ from: "*", to: "*", spec: { faults: [{ kind: "drop", chance: LOSS }] } }],
    keyLog: false,
    lingerMs: seconds * 1_000 + LINGER_MS,
    workload: { bulkBytes: BULK_BYTES, messages: MESSAGES_PER_STREAM, seconds },
  };
}

function soakNode(name: string, process: TopologyProcess): TopologyNode {
  const nics = [{ network: NETWORK, namespace: "root" }] as const;
  return { name, guest: "udpsec", nics, hasRng: true, processes: [process] };
}
