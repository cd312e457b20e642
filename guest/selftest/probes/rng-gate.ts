import { MARKERS } from "../../../contract/markers.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";
import type { PeerConfiguration } from "../../../contract/configuration.ts";
import { type Runtime, SocketError } from "../../runtime/runtime.ts";
import { check, type Probe } from "./probe.ts";

const ANSWER_MS = 5_000;

/** Weak entropy: the daemon must listen on neither port, and this side must refuse to dial. */
export const rngGate: Probe = {
  marker: MARKERS.rngGateOk,
  run: async ({ runtime, bus, target }) => {
    check(!bus.entropy().isOpen, "the own entropy gate to be shut");
    check(await isTcpClosed(runtime, target), `TCP port ${target.port} of the daemon to be closed`);
    const isUdpClosed = await runtime.udp.isPortClosed(target, runtime.clock.nowMs() + ANSWER_MS);
    check(isUdpClosed, `UDP port ${target.port} of the daemon to be closed`);
    const refusal = await bus.dial(target).then(
      () => undefined,
      (error: unknown) => error,
    );
    check(
      refusal instanceof BusError && refusal.code === "BUS_ENTROPY",
      "the own dial to be refused by the entropy gate",
    );
    return { tcp: "closed", udp: "closed", dial: refusal.code, reason: refusal.detail };
  },
};

async function isTcpClosed(runtime: Runtime, target: PeerConfiguration): Promise<boolean> {
  try {
    const connection = await runtime.tcp.connect(target, runtime.clock.nowMs() + ANSWER_MS);
    connection.destroy();
    return false;
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    return error.code === "ECONNREFUSED";
  }
}
