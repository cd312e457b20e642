/** A run while it goes on, in two browsers at once: what comes is shown, what somebody looks at stays. */
import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RunGoingOn } from "../live/run-going-on.ts";
import { serveLiveRun } from "../live/serve-live-run.ts";
import { REPORTED_RUN } from "../reported-run.fixture.ts";
import { pageGround, showPage } from "./shown-page.fixture.ts";

const ground = pageGround();

it("a run is followed to its end by all who look", async () => {
  const whole = join(ground.runs, REPORTED_RUN);
  const folder = join(ground.runs, "cross-vm-loss--20261130T031200000Z--9");
  mkdirSync(folder);
  copyFileSync(join(whole, "plan.json"), join(folder, "plan.json"));
  writeFileSync(join(folder, "b-serial.log"), "booting\r\n");
  const over = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  const url = await new Promise<string>((onUrl, failed) => {
    ended = serveLiveRun(new RunGoingOn(folder), { onUrl, announce: () => undefined, signal: over.signal });
    ended.catch(failed);
  });
  const one = await showPage(ground.browser, url);
  const other = await showPage(ground.browser, url, { width: 400, colorScheme: "dark" });
  for (const { page } of [one, other]) expect(await page.innerText("h1 .badge")).toBe("running");
  await one.page.fill("#filter-text", "session");
  appendFileSync(join(folder, "b-serial.log"), "dsoftbus: udp-sec os session ok\r\n");
  for (const { page } of [one, other]) await page.waitForSelector("#console .row:has-text('session ok')");
  await one.page.waitForSelector("#rungs li.reached");
  // What was typed stands, and so does what it left out.
  expect([await one.page.inputValue("#filter-text"), await one.page.locator("#console .row").count()]).toEqual([
    "session",
    1,
  ]);
  for (const name of ["fabric.pcapng", "secrets.txt", "a-console.txt", "b-console.txt", "summary.json"])
    copyFileSync(join(whole, name), join(folder, name));
  for (const { page } of [one, other]) await page.waitForSelector("h1 .badge.failed");
  await ended;
  for (const { page, complaints } of [one, other]) {
    expect(await page.innerText(".live")).toBe("The run has ended.");
    expect(complaints.filter((text) => text !== `request: ${url}events`)).toEqual([]);
    await page.close();
  }
});
