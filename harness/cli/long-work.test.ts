import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { toldWhile } from "./long-work.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function listening(isTTY: boolean, environment: NodeJS.ProcessEnv = {}) {
  const said: string[] = [];
  return { said, io: { stderr: { isTTY, columns: 30, write: (text: string) => said.push(text) }, environment } };
}

const lasting = (ms: number) => () => new Promise<string>((resolve) => setTimeout(() => resolve("done"), ms));

it("says nothing of what is done at once", async () => {
  for (const [isTTY, ms] of [
    [true, 900],
    [false, 2_900],
  ] as const) {
    const { said, io } = listening(isTTY);
    const work = toldWhile("report", io, lasting(ms));
    await vi.advanceTimersByTimeAsync(ms);
    expect([await work, said]).toEqual(["done", []]);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(said).toEqual([]);
  }
});

it("in a log says so ever more seldom, with the part that goes on", async () => {
  const { said, io } = listening(false);
  const work = toldWhile("set-up", io, (step) => {
    setTimeout(() => step("kernel: fetching"), 5_000);
    return lasting(190_000)();
  });
  await vi.advanceTimersByTimeAsync(190_000);
  await work;
  expect(said).toEqual([
    "udpsec: set-up, 3 s\n",
    ...[10, 30, 60, 120, 180].map((seconds) => `udpsec: set-up, ${seconds} s: kernel: fetching\n`),
  ]);
});

it("at a terminal a line moves, no wider than it, and is gone before another line and at the end", async () => {
  const { said, io } = listening(true);
  const failing = toldWhile("report", io, async (step) => {
    step("a text that is longer than this terminal is wide");
    await lasting(2_000)();
    step("more");
    said.push("a line\n");
    await lasting(1_000)();
    throw new RangeError("broken");
  });
  failing.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(3_000);
  await expect(failing).rejects.toThrow("broken");
  expect(said[0]).toBe("\r\u001b[Kreport, 1 s: a text that is l");
  expect(said[said.indexOf("a line\n") - 1]).toBe("\r\u001b[K");
  expect(said.slice(-2)).toEqual(["\r\u001b[Kreport, 3 s: more", "\r\u001b[K"]);
  const count = said.length;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(said.length).toBe(count);
});

it("a terminal in CI, and one that can't erase, gets lines", async () => {
  for (const environment of [{ CI: "true" }, { TERM: "dumb" }]) {
    const { said, io } = listening(true, environment);
    const work = toldWhile("report", io, lasting(4_000));
    await vi.advanceTimersByTimeAsync(4_000);
    await work;
    expect(said).toEqual(["udpsec: report, 3 s\n"]);
  }
});
