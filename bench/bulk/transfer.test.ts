import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { transfer } from "./transfer.ts";

const folder = mkdtempSync(join(tmpdir(), "transfer-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Contenders whose bytes are words between the two processes. */
const MODULE = join(folder, "contenders.mjs");
writeFileSync(
  MODULE,
  `
const receive = async (signals, onBytes) => { signals.send("ready"); for (;;) onBytes((await signals.next()).length); };
const connect = async (signals) => {
  await signals.next();
  return async (total) => { for (let sent = 0; sent < total; sent += 100) signals.send("x".repeat(100)); };
};
export const works = { receive, connect };
export const breaks = { receive, connect: async () => { throw new RangeError("no such peer"); } };
export const hangs = { receive, connect: async () => async () => undefined };
`,
);

it("both sides measure from the first byte to the last", async () => {
  const measure = await transfer({ modulePath: MODULE, contender: "works", bytes: 20_000 });
  expect(measure.bytes).toBe(20_000);
  for (const side of [measure.sender, measure.receiver]) {
    expect(side.seconds).toBeGreaterThan(0);
    expect(side.peakRssBytes).toBeGreaterThan(1_000_000);
    expect(side.heapBytes).toBeUndefined();
  }
});

it("a longer transfer has allocated more, where heap is asked for", async () => {
  const heapOf = async (bytes: number): Promise<number> =>
    (await transfer({ modulePath: MODULE, contender: "works", bytes, measuresHeap: true })).receiver.heapBytes ?? 0;
  expect(await heapOf(2_000_000)).toBeGreaterThan(2 * (await heapOf(20_000)));
});

it("a side that fails, or never comes to its end, is told with its error", async () => {
  await expect(transfer({ modulePath: MODULE, contender: "breaks", bytes: 100 })).rejects.toMatchObject({
    code: "BENCH_TRANSFER",
    message: "breaks: a side ended early (1): RangeError: no such peer",
  });
  await expect(transfer({ modulePath: MODULE, contender: "hangs", bytes: 100, deadlineMs: 1_500 })).rejects.toThrow(
    "hangs: not through after 1.5 s",
  );
});
