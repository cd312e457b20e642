import { describe, expect, it } from "vitest";
import { type FixedWindow, fixedWindows } from "../congestion/fixed-window.fixture.ts";
import { PacketType } from "../packet/header.ts";
import { Wire } from "./wire.fixture.ts";

const WINDOW_DATAGRAMS = 4;
const TOTAL_BYTES = 60_000;

/** Sends from the dialler over a path that loses every 9th DATA. */
function transfer(): { readonly controller: FixedWindow; readonly received: number; readonly lost: number } {
  const { factory, made } = fixedWindows(WINDOW_DATAGRAMS);
  const wire = new Wire();
  const a = wire.add("a", { createConnection: undefined, congestion: factory });
  const b = wire.add("b", { createConnection: undefined });
  wire.dial(a, b);
  wire.settle();
  const [atA, atB] = [a, b].map(({ events }) => (events[0]?.type === "established" ? events[0].connection : undefined));
  const [controller] = made;
  if (atA === undefined || atB === undefined || controller === undefined) throw new Error("not established");
  let datagrams = 0;
  let lost = 0;
  wire.delivers = ({ from, datagram }) => {
    if (from !== a || datagram[1] !== PacketType.DATA) return true;
    datagrams += 1;
    if (datagrams % 9 !== 0) return true;
    lost += 1;
    return false;
  };
  let written = 0;
  let received = 0;
  for (let round = 0; round < 5_000 && received < TOTAL_BYTES; round += 1) {
    if (written < TOTAL_BYTES) written += atA.write(new Uint8Array(TOTAL_BYTES - written), wire.nowMs);
    wire.runUntil(wire.nowMs + 1);
    received += atB.read(TOTAL_BYTES, wire.nowMs)?.length ?? 0;
  }
  return { controller, received, lost };
}

describe("an endpoint with another congestion control", () => {
  it("moves everything over a lossy path within the window of that controller, and tells it what became of each packet", () => {
    const { controller, received, lost } = transfer();
    expect(received).toBe(TOTAL_BYTES);
    expect(lost).toBeGreaterThan(5);
    // A probe may go beyond the window: the only thing that may.
    expect(controller.mostInFlightBytes).toBeLessThanOrEqual((WINDOW_DATAGRAMS + 2) * 1_200);
    expect(controller.lost.length).toBeGreaterThan(0);
    const numbers = controller.sent.map(({ packetNumber }) => packetNumber);
    expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
    for (const packet of [...controller.acknowledged, ...controller.lost]) expect(controller.sent).toContain(packet);
    expect(controller.acknowledged.length).toBeGreaterThan(TOTAL_BYTES / 1_200 - lost);
  });
});
