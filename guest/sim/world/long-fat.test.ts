/**
 * One mux stream between two daemons over 100 Mbit/s and 100 ms of round trip: what a stream's credit, the receive window, the
 * flight and the send buffer may hold must together be enough to use the path (dsoftbus-transport.md#12-mux-v2).
 */
import { expect, it } from "vitest";
import { nativeCrypto } from "../../node/crypto/native.ts";
import { symmetricPath } from "../plan/scenario.ts";
import { runBusScenario } from "./run-bus-scenario.ts";

const MEBIBYTE = 1024 * 1024;
const RATE_BYTES_PER_MS = 12_500;
/** Header, receiver state and tag of a full DATA packet; the frames of mux are less than a thousandth. */
const DATAGRAM_BYTES_PER_STREAM_BYTE = 1_200 / 1_134;

/** @returns how long so much took, there and back one after the other */
async function bulkDurationMs(bytesEachWay: number): Promise<number> {
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  let durationMs = Number.NaN;
  const { failure } = await runBusScenario(
    {
      name: "long-fat-mux",
      proves: "one stream uses the path",
      nodes: [
        { name: "a", mode: "udp-sec", tests: "b", probes: [{ name: "bulk", bytes: bytesEachWay }] },
        { name: "b", mode: "udp-sec" },
      ],
      path: symmetricPath({ delayMs: 50, rateMbps: 100, queueBytes: 2 * MEBIBYTE }),
      maxVirtualMs: 60_000,
      expect: ({ records }) => {
        durationMs = Number(records.find(({ text }) => text === "probe-passed")?.data["durationMs"]);
        return undefined;
      },
    },
    { seed: 1, crypto: nativeCrypto, settle },
  );
  expect(failure).toBeUndefined();
  return durationMs;
}

it("a stream uses 90 % of a lossless path of 100 Mbit/s and 100 ms once slow start is over", async () => {
  // Slow start is over after 6 MiB: what 8 MiB more take is the path at work.
  const moreMs = (await bulkDurationMs(14 * MEBIBYTE)) - (await bulkDurationMs(6 * MEBIBYTE));
  const atFullRateMs = (2 * 8 * MEBIBYTE * DATAGRAM_BYTES_PER_STREAM_BYTE) / RATE_BYTES_PER_MS;
  expect(moreMs).toBeLessThan(atFullRateMs / 0.9);
}, 60_000);
