import { describe, expect, it } from "vitest";
import { LinkImpairment } from "../../../contract/impairment/link-impairment.ts";
import { EventQueue } from "../scheduler/event-queue.ts";
import { Network } from "./network.ts";
import type { Address } from "../../core/index.ts";
import type { LinkSpec } from "../../../contract/impairment/link-spec.ts";

const A: Address = { host: "10.0.0.1", port: 50_000 };
const B: Address = { host: "10.0.0.2", port: 37_010 };
const PUBLIC: Address = { host: "10.0.0.1", port: 60_000 };

function makeNetwork(spec: LinkSpec = { delayMs: 15 }) {
  const queue = new EventQueue();
  const links = new Map<string, LinkImpairment>();
  const network = new Network(queue, (from) => {
    if (from === "10.9.9.9") return undefined;
    const link = links.get(from) ?? new LinkImpairment(spec, 1, from);
    links.set(from, link);
    return link;
  });
  const log: string[] = [];
  network.observe({
    onSent: ({ atMs, bytes }) => log.push(`sent ${atMs} ${bytes.length}`),
    onArriving: ({ atMs, isCorrupted }) => log.push(`arrives ${atMs}${isCorrupted ? " corrupted" : ""}`),
    onLost: (_transmission, reason) => log.push(`lost ${reason}`),
  });
  const got: { bytes: Uint8Array; from: Address }[] = [];
  network.bind(B, (bytes, from) => got.push({ bytes, from }));
  const run = (): void => {
    while (queue.runNext());
  };
  return { queue, network, log, got, run };
}

describe("a datagram", () => {
  it("arrives once, after the delay, seen by every observer on the way", () => {
    const { network, log, got, run } = makeNetwork();
    network.send(Uint8Array.of(1, 2, 3), A, B);
    expect(got).toEqual([]);
    run();
    expect(got).toEqual([{ bytes: Uint8Array.of(1, 2, 3), from: A }]);
    expect(log).toEqual(["sent 0 3", "arrives 15"]);
  });

  it.each([
    ["a fault of the link", { faults: [{ kind: "blackhole" }] } as const, A, B, "blackhole"],
    ["no receiver", {}, A, { ...B, port: 1 }, "no-receiver"],
    ["no route", {}, { ...A, host: "10.9.9.9" }, B, "no-route"],
  ])("is lost to %s, and somebody is told why", (_why, spec, from, to, reason) => {
    const { network, log, got, run } = makeNetwork(spec);
    network.send(Uint8Array.of(1), from, to);
    run();
    expect([got, log]).toEqual([[], ["sent 0 1", expect.stringContaining("lost")]]);
    if (reason !== "blackhole") expect(log[1]).toBe(`lost ${reason}`);
  });

  it("is lost at a host without power, and arrives when it is back", () => {
    const { network, got, run } = makeNetwork();
    network.setHostUp(B.host, false);
    network.send(Uint8Array.of(1), A, B);
    run();
    network.setHostUp(B.host, true);
    network.send(Uint8Array.of(2), A, B);
    run();
    expect(got.map(({ bytes }) => bytes[0])).toEqual([2]);
  });

  it("is flipped in a copy: its sender's array and a duplicate stay whole", () => {
    const { network, log, got, run } = makeNetwork({ faults: [{ kind: "corrupt", chance: 1 }] });
    const sent = new Uint8Array(40);
    network.send(sent, A, B);
    run();
    expect(sent).toEqual(new Uint8Array(40));
    expect(got[0]?.bytes).not.toEqual(sent);
    expect(log.at(-1)).toBe("arrives 0 corrupted");
  });

  it("arrives twice where the link duplicates", () => {
    const { network, got, run } = makeNetwork({ faults: [{ kind: "duplicate", chance: 1, laterMs: 5 }] });
    network.send(Uint8Array.of(7), A, B);
    run();
    expect(got).toHaveLength(2);
  });
});

describe("an address translation", () => {
  it("shows the public side to the receiver, and leads answers back inside", () => {
    const { network, got, run } = makeNetwork();
    const inside: Uint8Array[] = [];
    network.bind(A, (bytes) => inside.push(bytes));
    network.translate(A, PUBLIC);
    network.send(Uint8Array.of(1), A, B);
    network.send(Uint8Array.of(2), B, PUBLIC);
    run();
    expect(got.map(({ from }) => from)).toEqual([PUBLIC]);
    expect(inside).toEqual([Uint8Array.of(2)]);
  });

  it("lets nobody reach the inside by its own address, or by a public one of before", () => {
    const { network, log, run } = makeNetwork();
    network.bind(A, () => {
      throw new Error("reached");
    });
    network.translate(A, PUBLIC);
    network.send(Uint8Array.of(1), B, A);
    network.translate(A, { ...PUBLIC, port: 60_001 });
    network.send(Uint8Array.of(2), B, PUBLIC);
    run();
    expect(log.filter((line) => line === "lost no-receiver")).toHaveLength(2);
  });
});

describe("a segment of a reliable pipe", () => {
  it("takes what the link says, and is lost with its faults or its host", () => {
    expect(makeNetwork().network.segmentDelayMs(A, B, 100)).toBe(15);
    expect(makeNetwork({ faults: [{ kind: "blackhole" }] }).network.segmentDelayMs(A, B, 100)).toBeUndefined();
    expect(makeNetwork({ faults: [{ kind: "corrupt", chance: 1 }] }).network.segmentDelayMs(A, B, 100)).toBeUndefined();
    const { network } = makeNetwork();
    network.setHostUp(B.host, false);
    expect(network.segmentDelayMs(A, B, 100)).toBeUndefined();
  });
});
