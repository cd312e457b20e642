import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import type { RunPorts } from "./opened-run.ts";
import { runProfile } from "./run-profile.ts";
import {
  loadScripted,
  notingReporter,
  RUNGS,
  scriptedEquipment,
  scriptedPorts,
  scriptedProfile,
  scriptedRequest,
} from "./scripted-machine.fixture.ts";
import { Standstill } from "./script/standstill.ts";

it("adds up how late the timer was, and forgives what is usual", () => {
  const standstill = new Standstill(200, 0);
  expect([standstill.tick(200), standstill.tick(500), standstill.totalMs]).toEqual([0, 0, 0]);
  expect(standstill.tick(801)).toBe(101);
  expect(standstill.tick(13_001)).toBe(12_000);
  expect(standstill.tick(13_010)).toBe(0);
  expect(standstill.totalMs).toBe(12_101);
});

describe("a run whose harness stands still", () => {
  const runsFolder = mkdtempSync(join(tmpdir(), "standstill-"));
  afterAll(() => rmSync(runsFolder, { recursive: true, force: true }));

  /** Longer than a rung's budget and the deadline together. */
  const STANDSTILL_MS = 1_500;
  const INIT = "init: udpsec initramfs up\r\n";

  /** Prints its boot; the rest lies in the pipe while this process stands still. */
  function stalledPorts(): RunPorts {
    const ports = scriptedPorts({ lines: RUNGS, exit: undefined });
    return {
      ...ports,
      startMachine: async (planned, folder, onSerial, signal) => {
        onSerial(new TextEncoder().encode(INIT));
        await sleep(300);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDSTILL_MS);
        // It plays in the next turn: after all timers that are due by now.
        return ports.startMachine(planned, folder, onSerial, signal);
      },
    };
  }

  it.each([
    ["the budget of a rung", "600ms", 60_000],
    ["the deadline", "20s", 1_000],
  ])("does not count it against %s", async (_, budget, timeoutMs) => {
    const loaded = loadScripted(scriptedProfile().replaceAll('budget = "20s"', `budget = "${budget}"`));
    const request = scriptedRequest(loaded, { runsFolder, seed: budget, timeoutMs, untilMarker: true });
    const signal = new AbortController().signal;
    const result = await runProfile(request, scriptedEquipment(), notingReporter(), signal, stalledPorts());
    expect(result.failures).toEqual([]);
    expect(result.passed).toBe(true);
  });
});
