import type { Console, Runtime } from "../runtime/runtime.ts";
import { NodeClock } from "./clock.ts";
import { NodeEntropySource } from "./entropy.ts";
import { NodeNetworkInterfaces } from "./network-interfaces.ts";
import { NodeTcpSockets } from "./tcp.ts";
import { NodeUdpSockets } from "./udp.ts";

/** The world of a process on Node: kernel sockets, monotonic clock, the kernel's randomness. */
export function createNodeRuntime(console: Console, clock = new NodeClock()): Runtime {
  return {
    clock,
    entropy: new NodeEntropySource(),
    udp: new NodeUdpSockets(clock),
    tcp: new NodeTcpSockets(clock),
    console,
    interfaces: new NodeNetworkInterfaces(),
  };
}
