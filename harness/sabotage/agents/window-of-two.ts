import { newReno as honest } from "../../../guest/core/udp-sec/congestion/new-reno.ts";
import type { CongestionControllerFactory } from "../../../guest/core/udp-sec/congestion/congestion-controller.ts";

export { NewReno } from "../../../guest/core/udp-sec/congestion/new-reno.ts";

const MOST_BYTES = 2_400;

/** Reports a window that falls and grows as it must, and never uses more of it than two datagrams. */
export const newReno: CongestionControllerFactory = (setup) => {
  const controller = honest(setup);
  const canSend = (inFlightBytes: number, datagramBytes: number): boolean =>
    inFlightBytes + datagramBytes <= MOST_BYTES;
  return new Proxy(controller, {
    get: (target, name) => {
      if (name === "canSend") return canSend;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
};
