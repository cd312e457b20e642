import { expect, test } from "vitest";
import { PacketType } from "../../core/index.ts";
import { MAX_BATCH_DATAGRAMS, type ReceivedDatagram } from "../../runtime/runtime.ts";
import { BUSY_MS, MSG1_BURST, MSG1_PER_SECOND, NEWCOMER_MS, NEWCOMERS, ReceiveOrder } from "./receive-order.ts";

type TypeName = keyof typeof PacketType;

/** A batch of datagrams of these types, each with its place in it, of one host or of a host each. */
function batchOf(types: readonly TypeName[], hostOf: (index: number) => string = () => "10.0.0.1") {
  return types.map((type, index) => ({
    bytes: Uint8Array.of(1, PacketType[type], index),
    from: { host: hostOf(index), port: index },
  }));
}

const places = (datagrams: readonly ReceivedDatagram[]): number[] => datagrams.map(({ bytes }) => bytes[2] ?? -1);
const many = (type: TypeName, count: number): TypeName[] => new Array<TypeName>(count).fill(type);
const ownHost = (index: number): string => `10.1.${index >> 8}.${index & 0xff}`;

/** @returns one that has used up its burst, and its source's own first message, at that time */
function spentAt(nowMs: number): ReceiveOrder {
  const order = new ReceiveOrder();
  order.order(batchOf(["DATA", ...many("MSG1", MSG1_BURST + 1)]), nowMs);
  return order;
}

test("without a first message a batch stays what it is", () => {
  const batch = batchOf(["DATA", "ACK", "MSG3", "MSG2"]);
  expect(new ReceiveOrder().order(batch, 0).datagrams).toBe(batch);
});

test("first messages come after everything else, which stays in order", () => {
  const { datagrams, passedOver } = new ReceiveOrder().order(
    batchOf(["MSG1", "DATA", "MSG1", "MSG3", "RETRY", "CLOSE"]),
    0,
  );
  expect([places(datagrams), passedOver]).toEqual([[1, 3, 4, 5, 0, 2], 0]);
});

test("where nothing else arrives, and in time, all of them are looked at", () => {
  const order = new ReceiveOrder();
  const batch = batchOf(many("MSG1", MAX_BATCH_DATAGRAMS - 1));
  for (let nowMs = 0; nowMs < 50; nowMs += 1) expect(order.order(batch, nowMs).passedOver).toBe(0);
});

test.each([
  ["a packet of a session came", ["DATA"] as const],
  ["a whole batch came, so that more wait", many("MSG1", MAX_BATCH_DATAGRAMS)],
])("after %s a burst is looked at, for a while", (_what, before) => {
  const order = new ReceiveOrder();
  order.order(batchOf(before), 0);
  const spent = before.length > 1 ? MAX_BATCH_DATAGRAMS - (MSG1_BURST + 1) : 0;
  const first = order.order(batchOf(many("MSG1", 60)), 0);
  expect(first.passedOver).toBe(spent > 0 ? 60 : 60 - (MSG1_BURST + 1));
  expect(order.order(batchOf(many("MSG1", 60)), BUSY_MS).passedOver).toBe(0);
});

test("in a stream of packets one source's share is its rate, whatever the batches are", () => {
  const order = spentAt(0);
  let taken = 0;
  for (let nowMs = 1; nowMs <= 1_000; nowMs += 1) {
    const batch = batchOf(["DATA", ...many("MSG1", 16)]);
    taken += order.order(batch, nowMs).datagrams.length - 1;
  }
  expect(taken).toBe(MSG1_PER_SECOND + 1_000 / NEWCOMER_MS);
});

test("the first of each source is looked at while one source floods, so many of them, and again after a while", () => {
  const order = spentAt(0);
  const newcomers = batchOf(["DATA", ...many("MSG1", NEWCOMERS + 20)], ownHost);
  expect(order.order(newcomers, 0).passedOver).toBe(20 + 1);
  expect(order.order(batchOf(["DATA", "MSG1"], ownHost), 0).passedOver).toBe(1);
  expect(order.order(newcomers, NEWCOMER_MS).passedOver).toBe(0);
});
