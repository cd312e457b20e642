import { expect, it } from "vitest";
import { readRunFolderName, runFolderName, startOfRunMs } from "./run-folder-name.ts";

const STARTED_MS = Date.parse("2026-11-30T03:11:05.042Z");

it("tells profile, time and seed, and is read as it was written", () => {
  const name = runFolderName("cross-vm[loss=0.05]", STARTED_MS, "d9469cd73bea");
  expect(name).toBe("cross-vm.loss-0.05--20261130T031105042Z--d9469cd73bea");
  const read = readRunFolderName(name);
  expect(read).toEqual({ profile: "cross-vm.loss-0.05", time: "20261130T031105042Z", seed: "d9469cd73bea" });
  expect(read && startOfRunMs(read)).toBe(STARTED_MS);
});

it.each(["latest", "udp-sec", "udp-sec--yesterday--7", "udp-sec--20261130T031105042Z", "--20261130T031105042Z--7"])(
  "%s is no run's folder",
  (name) => expect(readRunFolderName(name)).toBeUndefined(),
);

it("of a time that there is not there is no start", () => {
  expect(startOfRunMs({ profile: "x", time: "20261399T999999999Z", seed: "1" })).toBeNaN();
});
