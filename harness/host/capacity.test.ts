import { describe, expect, it } from "vitest";
import { budgetScale, MAX_SCALE, REFERENCE_BOOT_MS, REFERENCE_READY_MS } from "../run/calibration.ts";
import { machineCapacity, Slots } from "./capacity.ts";
import { nearestLine } from "../run/nearest-line.ts";
import { withoutControlChannel } from "../run/qemu-preview.ts";

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

describe("scale of the budgets", () => {
  const machine = (bootMs: number, readyMs?: number) => ({ bootMs, readyMs });

  it("is that of the slowest machine, never below one, and bounded", () => {
    expect(budgetScale([])).toBe(1);
    expect(budgetScale([machine(1)])).toBe(1);
    expect(budgetScale([machine(REFERENCE_BOOT_MS), machine(REFERENCE_BOOT_MS * 3)])).toBe(3);
    expect(budgetScale([machine(1, REFERENCE_READY_MS * 2)])).toBe(2);
    expect(budgetScale([machine(REFERENCE_BOOT_MS * 100)])).toBe(MAX_SCALE);
  });
});

describe("nearest line", () => {
  it("finds what looks like the marker, or nothing", () => {
    const lines = ["init: up", "SELFTEST: udp-sec bulk failed", "reboot: Power down"];
    expect(nearestLine("SELFTEST: udp-sec bulk ok", lines)).toBe("SELFTEST: udp-sec bulk failed");
    expect(nearestLine("SELFTEST: udp-sec bulk ok", ["reboot: Power down"])).toBeUndefined();
  });
});

describe("command to paste", () => {
  it("lacks the control channel and runs at once", () => {
    const command = [
      "qemu",
      "-S",
      "-chardev",
      "socket,id=qmp,path=/q",
      "-mon",
      "chardev=qmp",
      "-chardev",
      "file,id=e",
      "-m",
      "256",
    ];
    expect(withoutControlChannel(command)).toEqual(["qemu", "-chardev", "file,id=e", "-m", "256"]);
  });
});
