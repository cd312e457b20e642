/** The page that `--reporter html` writes of a batch, in a browser. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { REPORTED_RUN } from "../reported-run.fixture.ts";
import type { CommandOutcome } from "../reporters/reporter.ts";
import { REPORTERS } from "../reporters/index.ts";
import { pageGround, showPage } from "./shown-page.fixture.ts";

const ground = pageGround();

async function pageOf(results: readonly { passed: boolean; artifactsFolder: string }[]): Promise<string> {
  const thrown = [{ profile: "<b>torn</b>", seed: undefined, code: "profile-invalid", message: "line 3" }];
  const left = [{ profile: "router", seed: "s2" }];
  const outcome = { results, thrown, left } as unknown as CommandOutcome;
  const html = await REPORTERS.html.closing(
    outcome,
    () => undefined,
    () => undefined,
  );
  const path = join(ground.runs, "batch.html");
  writeFileSync(path, html);
  return pathToFileURL(path).href;
}

it("shows the run that failed, lets another one be chosen, and names what left no run above them", async () => {
  const folder = join(ground.runs, REPORTED_RUN);
  const passed = join(ground.runs, "passed--20261130T031200000Z--9");
  cpSync(folder, passed, { recursive: true });
  const summary = join(passed, "summary.json");
  writeFileSync(summary, readFileSync(summary, "utf8").replace('"passed": false', '"passed": true'));
  const url = await pageOf([
    { passed: true, artifactsFolder: passed },
    { passed: false, artifactsFolder: folder },
  ]);
  const { page, complaints, close } = await showPage(ground.browser, url);
  expect(await page.innerText("h1")).toMatch(/FAILED\s+wrong-expectation/);
  const remarks = await page.locator("body > p").allInnerTexts();
  expect(remarks).toEqual([
    "<b>torn</b> ended without a verdict: profile-invalid: line 3",
    "router (seed s2) never began",
  ]);
  await page.locator(".runs button").first().click();
  await page.waitForSelector('html[data-shown="0"]');
  expect(await page.innerText("h1")).toMatch(/passed\s+wrong-expectation/);
  expect(complaints).toEqual([]);
  await close();
});

it("of no run at all it is a page that says so", async () => {
  const page = await ground.browser.newPage();
  await page.goto(await pageOf([]));
  expect(await page.locator("body > p").allInnerTexts()).toContain("No run came to a verdict.");
  expect(await page.title()).toBe("0 runs");
  await page.close();
});
