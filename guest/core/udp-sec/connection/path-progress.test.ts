/** What counts as progress for PATH (dsoftbus-transport.md#8-life-of-a-connection): acknowledged packets, and `delivered` that grows. */
import { expect, it } from "vitest";
import { setupFor } from "./connection-pair.fixture.ts";
import { Connection } from "./connection.ts";
import { ForgedPeer } from "./forged-peer.fixture.ts";

const PIECE_BYTES = 100;

/**
 * Stream bytes are always in flight; the peer sends a PING a second, which acknowledges no pn and tells `delivered`.
 * @returns how the connection ended within 40 s
 */
function endAfter(deliveredAt: (second: number) => number): string | undefined {
  const peer = new ForgedPeer();
  const connection = new Connection(setupFor("initiator", { handshakeRttMs: 10 }));
  for (let second = 0; second < 40 && connection.end === undefined; second += 1) {
    connection.write(new Uint8Array(PIECE_BYTES), second * 1_000);
    while (connection.poll(second * 1_000) !== undefined);
    connection.receive(peer.ping({ delivered: deliveredAt(second) }), second * 1_000 + 500);
    connection.poll(second * 1_000 + 500);
  }
  return connection.end?.name;
}

// Requirements: L-10, R-30, L-16
it("is progress while `delivered` grows, though no pn is acknowledged and bytes are always in flight", () => {
  expect(endAfter((second) => second * PIECE_BYTES)).toBeUndefined();
});

it("is none while `delivered` stays where it is, however often it is told", () => {
  expect(endAfter((second) => Math.min(second, 3) * PIECE_BYTES)).toBe("PATH");
});
