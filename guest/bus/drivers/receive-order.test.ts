import { expect, test } from "vitest";
import { PacketType } from "../../core/index.ts";
import type { ReceivedDatagram } from "../../runtime/runtime.ts";
import { BUSY_PACKETS, MSG1_PER_BUSY_BATCH, orderBatch } from "./receive-order.ts";

type TypeName = keyof typeof PacketType;

/** A batch of datagrams of these types, each with its place in it. */
function batchOf(...types: readonly TypeName[]) {
  return types.map((type, index) => ({
    bytes: Uint8Array.of(1, PacketType[type], index),
    from: { host: "10.0.0.1", port: index },
  }));
}

const places = (datagrams: readonly ReceivedDatagram[]): number[] => datagrams.map(({ bytes }) => bytes[2] ?? -1);
const many = (type: TypeName, count: number): TypeName[] => new Array<TypeName>(count).fill(type);
const orderOf = (...types: readonly TypeName[]) => {
  const { datagrams, passedOver } = orderBatch(batchOf(...types));
  return { order: places(datagrams), passedOver };
};

test("without a first message a batch stays what it is", () => {
  const batch = batchOf("DATA", "ACK", "MSG3", "MSG2");
  expect(orderBatch(batch)).toEqual({ datagrams: batch, passedOver: 0 });
  expect(orderBatch(batch).datagrams).toBe(batch);
});

test("first messages come after everything else, which stays in order", () => {
  expect(orderOf("MSG1", "DATA", "MSG1", "MSG3", "RETRY", "CLOSE")).toEqual({
    order: [1, 3, 4, 5, 0, 2],
    passedOver: 0,
  });
});

test("while little else arrives all of them are looked at", () => {
  const { order, passedOver } = orderOf(...many("MSG1", 64 - BUSY_PACKETS + 1), ...many("DATA", BUSY_PACKETS - 1));
  expect([order.length, passedOver]).toEqual([64, 0]);
});

test("a busy batch takes the first few, and the others are counted", () => {
  const { order, passedOver } = orderOf(...many("MSG1", 20), ...many("DATA", BUSY_PACKETS));
  expect(order).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 0, 1, 2, 3]);
  expect(passedOver).toBe(20 - MSG1_PER_BUSY_BATCH);
});
