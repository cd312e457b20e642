import { describe, expect, it } from "vitest";
import { availableCores, availableMemoryMib, machineCapacity, Slots } from "./capacity.ts";

describe("capacity", () => {
  it.each([
    [2, 4000, 384, 2],
    [2, 767, 384, 1],
    [2, 768, 384, 2],
    [8, 1200, 384, 3],
    [2, 100, 384, 1],
  ])("%i cores, %i MiB, machines of %i MiB: %i", (cores, memory, machine, expected) => {
    expect(machineCapacity(cores, memory, machine)).toBe(expected);
  });

  it("is what a control group grants, if that is less than the host has", () => {
    const none = { cores: undefined, memoryMib: undefined };
    expect([availableCores({ ...none, cores: 0.5 }), availableMemoryMib({ ...none, memoryMib: 1 })]).toEqual([1, 1]);
    expect(availableCores({ ...none, cores: 1.9 })).toBe(1);
    expect(availableMemoryMib(none)).toBeGreaterThan(1);
  });

  it("lets jobs in as they fit, in their order", async () => {
    const slots = new Slots(2);
    const log: string[] = [];
    const ends = new Map<string, () => void>();
    const job = (name: string, weight: number) =>
      slots.run(weight, () => {
        log.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      });
    const jobs = [job("a", 1), job("b", 5), job("c", 1)];
    await Promise.resolve();
    expect(log).toEqual(["a"]);
    ends.get("a")?.();
    await jobs[0];
    // More than there is at all counts as all there is, and c waits behind it though it would have fitted beside a.
    await expect.poll(() => log).toEqual(["a", "b"]);
    ends.get("b")?.();
    await jobs[1];
    await expect.poll(() => log).toEqual(["a", "b", "c"]);
    ends.get("c")?.();
    await Promise.all(jobs);
  });

  it("lets the next in when a job fails", async () => {
    const slots = new Slots(1);
    await expect(slots.run(1, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await slots.run(1, () => Promise.resolve(7))).toBe(7);
  });
});
