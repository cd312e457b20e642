import { expect, test } from "vitest";
import type { TcpConnection } from "../../runtime/runtime.ts";
import { OutputBuffer } from "./output-buffer.ts";

/** @param keeps whether what is written stays with the platform for a while */
function platform({ keeps = false, takesMore = true } = {}) {
  const written: Uint8Array[] = [];
  const write = (bytes: Uint8Array): boolean => {
    written.push(bytes);
    return takesMore;
  };
  const nothing = (): void => undefined;
  const tcp: TcpConnection = {
    remote: { host: "192.0.2.1", port: 9 },
    ...{ setHandler: nothing, setReading: nothing, end: nothing, destroy: nothing, write },
    get queuedBytes() {
      return keeps ? written.length : 0;
    },
  };
  return { tcp, written };
}

function put(...bytes: number[]): (target: Uint8Array) => number {
  return (target) => {
    target.set(bytes);
    return bytes.length;
  };
}

test("hands on what was filled in, and says whether there may be more", () => {
  const output = new OutputBuffer();
  const [open, full] = [platform(), platform({ takesMore: false })];
  expect([output.send(open.tcp, put(1, 2)), output.send(full.tcp, put(3))]).toEqual([true, false]);
  expect([open.written, full.written]).toEqual([[Uint8Array.of(3, 2)], [Uint8Array.of(3)]]);
});

test("nothing is written where nothing was filled in", () => {
  const { tcp, written } = platform();
  expect([new OutputBuffer().send(tcp, () => 0), written]).toEqual([undefined, []]);
});

test("what the platform keeps is left alone", () => {
  const output = new OutputBuffer();
  const { tcp, written } = platform({ keeps: true });
  output.send(tcp, put(1, 2));
  output.send(tcp, put(3, 4));
  expect(written).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3, 4)]);
});

test("of short records behind one that waits the platform keeps no more than they are", () => {
  const output = new OutputBuffer();
  const { tcp, written } = platform({ keeps: true });
  for (let record = 0; record < 100; record += 1) output.send(tcp, put(record));
  expect(written).toEqual(Array.from({ length: 100 }, (_, record) => Uint8Array.of(record)));
  const arrays = new Set(written.map(({ buffer }) => buffer));
  const keptBytes = [...arrays].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(keptBytes).toBe(66 * 1024 + 99);
});
