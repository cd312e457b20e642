/** The observer accuses no honest end of the virtual world, and each adversary; more seeds: scripts/observed-sim/main.ts. */
import { describe, expect, test } from "vitest";
import { SCENARIOS } from "../../guest/sim/scenarios/catalogue.ts";
import { runObserved } from "./observed-run.ts";

/** Seconds of work for one seed. */
const LONG = [
  "satellite",
  "longfat",
  "goodput",
  "crosstraffic",
  "fallback-memory",
  "soak",
  "multiplexing",
  "handshakeloss",
  "handshakecorruption",
  "pn-exhaustion",
  "loss5",
  "zero-window",
  "sigkill",
];
const SHORT = SCENARIOS.filter(({ scenario }) => !LONG.includes(scenario.name));

/** By adversary: what the observer must say of it. */
const CAUGHT: Readonly<Record<string, string>> = {
  "optimistic-ack": "acknowledged-arrived",
  "credit-overrun": "credit-kept",
};

describe("one seed of each short scenario", () => {
  test.each(SHORT.map((one) => ({ one, name: one.scenario.name })))("$name", async ({ one, name }) => {
    const { alarms, caught, sessions } = await runObserved(one, 1);
    expect(alarms).toEqual([]);
    const expected = CAUGHT[name];
    if (expected !== undefined) expect(caught.map(({ rule }) => rule)).toContain(expected);
    for (const { reports } of sessions) {
      for (const { ends } of Object.values(reports)) {
        expect(ends.initiator.unjudged).toEqual([]);
        expect(ends.responder.unjudged).toEqual([]);
      }
    }
  });

  test("sessions over TCP were followed, with what was said on them", async () => {
    const fallback = SHORT.find(({ scenario }) => scenario.name === "fallback");
    const { tcpSessions } = await runObserved(fallback!, 1);
    const [session] = tcpSessions;
    const names = session!.report.services.map(({ name }) => name);
    expect(names.some((name) => name.startsWith("control"))).toBe(true);
    expect(names.some((name) => name.startsWith("bulk"))).toBe(true);
    const bulk = session!.report.services.find(({ name }) => name.startsWith("bulk"))!;
    expect(bulk.facts).toMatchObject({ bytes: bulk.facts["length"], bytesBack: bulk.facts["length"], verdict: true });
  });

  test("sessions were followed", async () => {
    const transfer = SHORT.find(({ scenario }) => scenario.name === "transfer");
    const { sessions } = await runObserved(transfer!, 1);
    const [session] = sessions;
    for (const { ends } of Object.values(session!.reports)) {
      expect(ends.initiator.streamBytes).toBeGreaterThan(100_000);
      expect(ends.initiator.hasFinished).toBe(true);
      expect(ends.initiator.close).toEqual({ code: 0, reason: "" });
    }
  });
});
