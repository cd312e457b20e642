/** The guest's self-test finds in the peer all that it finds in a daemon: services, credit, recovery, an end in order. */
import { expect, test } from "vitest";
import type { SelftestConfiguration } from "../../contract/configuration.ts";
import { MARKERS } from "../../contract/markers.ts";
import {
  busConfiguration,
  crypto,
  LOOPBACK,
  peerOf,
  RecordingConsole,
  testRuntime,
} from "../../guest/bus/loopback.fixture.ts";
import { runSelftest } from "../../guest/selftest/selftest.ts";
import { deviceNamed } from "./judged-loopback.fixture.ts";
import { Liar } from "./liar.ts";

test("control, bulk and backpressure pass", { timeout: 60_000 }, async () => {
  const { deviceId, staticPublicKey } = deviceNamed("guest");
  const nobody = { address: LOOPBACK, port: 9 };
  const liar = await Liar.start({
    self: deviceNamed("peer"),
    stranger: deviceNamed("stranger"),
    guest: { deviceId, staticPublicKey, place: nobody },
    onEphemeral: () => undefined,
    onSocket: () => undefined,
  });
  const console = new RecordingConsole();
  const configuration: SelftestConfiguration = {
    kind: "selftest",
    ...busConfiguration("guest", { mode: "udp-sec", peers: [peerOf("peer", liar.port)] }),
    target: "peer",
    probes: [{ name: "control", messages: 20 }, { name: "bulk", bytes: 65_536 }, { name: "backpressure" }],
  };
  const hasPassed = await runSelftest({ runtime: testRuntime(console), crypto, configuration });
  liar.end();
  expect(console.of("probe-failed")).toEqual([]);
  expect(console.markers).toEqual([MARKERS.controlOk, MARKERS.bulkOk, MARKERS.backpressureOk]);
  expect(hasPassed).toBe(true);
});
