import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { REPORTED_RUN, reportedRuns } from "../reported-run.fixture.ts";
import { RunGoingOn } from "./run-going-on.ts";

let runs = "";
beforeAll(() => {
  runs = reportedRuns();
});
afterAll(() => rmSync(runs, { recursive: true }));

test("a run that goes on is what its folder has of it so far, and at its end the whole", async () => {
  const whole = join(runs, REPORTED_RUN);
  const folder = join(runs, "cross-vm-loss--20261130T031200000Z--9");
  mkdirSync(folder);
  const copy = (name: string): void => copyFileSync(join(whole, name), join(folder, name));
  copy("plan.json");
  const run = new RunGoingOn(folder);
  writeFileSync(join(folder, "b-serial.log"), "booting\r\ndsoftbus: udp-sec os listener up 37024\r\ndsoftbus: udp-");
  const first = await run.look();
  expect(first?.data).toMatchObject({ isRunning: true, profile: "cross-vm-loss", seed: "9", packets: undefined });
  expect(first?.data.consoles.find(({ node }) => node === "b")?.lines.map(([, text]) => text)).toEqual([
    "booting",
    "dsoftbus: udp-sec os listener up 37024",
  ]);
  const state = (marker: string, data = first?.data): unknown =>
    data?.rungs.find((rung) => rung.marker === marker)?.status;
  expect([state("listener-up"), state("session-ok")]).toEqual(["reached", "awaited"]);
  // Nothing has come: nothing is told.
  expect(await run.look()).toBeUndefined();
  appendFileSync(join(folder, "b-serial.log"), "sec os session ok\r\n");
  const capture = readFileSync(join(whole, "fabric.pcapng"));
  writeFileSync(join(folder, "fabric.pcapng"), capture.subarray(0, capture.length / 2));
  copy("b-events.ndjson");
  const second = await run.look();
  expect(state("session-ok", second?.data)).toBe("reached");
  expect(second?.data.packets?.total).toBeGreaterThan(100);
  expect(second?.data.events.length).toBeGreaterThan(20);
  expect([run.isOver, run.isGone]).toEqual([false, false]);
  for (const name of ["fabric.pcapng", "secrets.txt", "a-console.txt", "b-console.txt", "summary.json"]) copy(name);
  const last = await run.look();
  expect(run.isOver).toBe(true);
  expect(last?.data).toMatchObject({ profile: "wrong-expectation", verdict: { code: "exited" } });
  expect(last?.data.isRunning).toBeUndefined();
  expect(last?.data.packets?.sessions).toMatchObject([{ isOpened: true }]);
});
