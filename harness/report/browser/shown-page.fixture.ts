/** A report in a browser, watched: whatever the browser complains of fails the test. */
import { rmSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { reportedRuns } from "../reported-run.fixture.ts";
import { findChromium } from "./chromium.ts";

/** Resolves when what was asked to be drawn is drawn. */
export const PAINTED = "new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))";

export interface ShownPage {
  readonly page: Page;
  /** What the browser, its console or the page's policy complained of. */
  readonly complaints: readonly string[];
  /** From the navigation to the first picture with the run in it, ms. */
  readonly shownMs: number;
  readonly close: () => Promise<void>;
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
}

export async function openBrowser(): Promise<Browser> {
  // A container gives the browser's own sandbox no namespaces; what is shown is a file of ours.
  return chromium.launch({ executablePath: await findChromium(), args: ["--no-sandbox", "--disable-gpu"] });
}

export interface PageGround {
  readonly browser: Browser;
  /** A folder of runs, of this file's tests alone. */
  readonly runs: string;
}

/** A browser and a run to show in it, for the tests of a file. */
export function pageGround(): PageGround {
  let ground: PageGround | undefined;
  const made = (): PageGround => ground ?? expect.fail("the browser is there once the tests run");
  beforeAll(async () => {
    ground = { runs: reportedRuns(), browser: await openBrowser() };
  });
  afterAll(async () => {
    await ground?.browser.close();
    if (ground !== undefined) rmSync(ground.runs, { recursive: true });
  });
  return {
    get browser() {
      return made().browser;
    },
    get runs() {
      return made().runs;
    },
  };
}

export async function showPage(
  browser: Browser,
  url: string,
  { width = 1280, height = 800, colorScheme = "light" }: PageOptions = {},
): Promise<ShownPage> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  const complaints: string[] = [];
  page.on("console", (message) => void complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => void complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== url) complaints.push(`request: ${request.url()}`);
  });
  const startedMs = performance.now();
  await page.goto(url);
  await page.waitForSelector("html[data-shown]");
  await page.evaluate(PAINTED);
  return { page, complaints, shownMs: performance.now() - startedMs, close: () => page.close() };
}
