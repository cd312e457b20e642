/** The devices of a crowd, which share a process. */
import type { TransportMode } from "../../contract/configuration.ts";
import type { PrimitivesName } from "../device/device.ts";
import { serveCalls } from "../sides/serve-calls.ts";
import { Crowd } from "./crowd.ts";
import { processCost } from "./process-cost.ts";

let crowd: Crowd | undefined;

const calls = {
  make: (of: { readonly size: number; readonly mode: TransportMode; readonly crypto: PrimitivesName }) => {
    crowd = new Crowd(of.size, of.mode, of.crypto);
    return crowd.size;
  },
  connect: (to: { readonly port: number }) => crowd?.connect(to.port),
  dialMore: (to: { readonly port: number; readonly count: number }) => crowd?.dialMore(to.port, to.count),
  connected: () => crowd?.connected ?? 0,
  upload: (of: { readonly bytes: number }) => crowd?.upload(of.bytes),
  sendForEver: () => crowd?.sendForEver(),
  sentBytes: () => crowd?.sentBytes ?? [],
  exchange: (of: { readonly bytes: number }) => crowd?.transfer(of.bytes),
  cost: processCost,
};
export type CrowdCalls = typeof calls;

serveCalls(calls);
