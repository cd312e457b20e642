/** A gateway's two NICs: what a switch hands to one goes through it and on to the other's switch. */
import type { FramePort } from "./frame-switch.ts";
import type { Leg } from "./gateway/gateway-plan.ts";
import type { Gateway } from "./gateway/gateway.ts";

export interface GatewayPortsOptions {
  readonly gateway: Gateway;
  /** As captures and links name the legs: `gw.0`. */
  readonly names: Readonly<Record<Leg, string>>;
  readonly nowMs: () => number;
  readonly forward: (from: FramePort, frame: Buffer) => void;
}

/** @returns a port for each leg */
export function gatewayPorts({
  gateway,
  names,
  nowMs,
  forward,
}: GatewayPortsOptions): Readonly<Record<Leg, FramePort>> {
  const ports: Readonly<Record<Leg, FramePort>> = { inside: portOf("inside"), outside: portOf("outside") };
  function portOf(leg: Leg): FramePort {
    const send = (frame: Buffer): boolean => {
      // Not at once: the capture has to say that it came before it says what became of it.
      queueMicrotask(() => {
        for (const out of gateway.receive(leg, frame, nowMs())) forward(ports[out.leg], out.frame);
      });
      return true;
    };
    return { name: names[leg], send };
  }
  return ports;
}
