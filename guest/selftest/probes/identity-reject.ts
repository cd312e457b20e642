/** Who isn't who it should be gets no session: in both directions. */
import { MARKERS } from "../../../contract/markers.ts";
import { Bus } from "../../bus/bus.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";
import type { PeerConfiguration, SelftestConfiguration } from "../../../contract/configuration.ts";
import { toHex } from "../../core/index.ts";
import { check, type Probe, type ProbeContext } from "./probe.ts";

export const identityReject: Probe = {
  marker: MARKERS.identityRejectOk,
  run: async (context) => {
    // The daemon is there and lets this device in: a refusal below is not for want of a daemon.
    const session = await context.session();
    const wrongDevice = await refusalOf(context, context.configuration, {
      ...context.target,
      // The right key of a device that is another: MSG2's proof must be found to name somebody else.
      deviceId: toHex(context.crypto.sha256(new Uint8Array(32))),
    });
    const stranger: SelftestConfiguration = {
      ...context.configuration,
      identitySeed: context.configuration.strangerSeed ?? toHex(context.runtime.entropy.randomBytes(32)),
    };
    const unknownPeer = await refusalOf(context, stranger, context.target);
    check(session.end === undefined, "the session with the right identities to live on");
    return { transport: session.transport, wrongDevice: wrongDevice.detail, unknownPeer: unknownPeer.detail };
  },
};

async function refusalOf(
  { runtime, crypto }: ProbeContext,
  configuration: SelftestConfiguration,
  target: PeerConfiguration,
): Promise<BusError> {
  const observer = {
    onSession: () => undefined,
    onFallback: () => undefined,
    onUdpListening: () => undefined,
    onUdpUnavailable: () => undefined,
  };
  const bus = new Bus({ runtime, crypto, configuration, observer });
  const error = await bus.dial(target).then(
    () => undefined,
    (refusal: unknown) => refusal,
  );
  await bus.close(0);
  check(
    error instanceof BusError && error.code === "BUS_AUTHENTICATION",
    `the dial to be refused for its identity, not ${error instanceof Error ? error.message : "to succeed"}`,
  );
  return error;
}
