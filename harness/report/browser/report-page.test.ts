/** The page of a run that failed, in a browser: with a mouse, with keys, in both themes, wide and narrow. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeReport } from "../html/write-report.ts";
import { REPORTED_RUN, reportedRuns } from "../reported-run.fixture.ts";
import { openBrowser, PAINTED, showPage, type ShownPage } from "./shown-page.fixture.ts";

let browser: Browser;
let runs = "";
let url = "";
beforeAll(async () => {
  runs = reportedRuns();
  const { path } = await writeReport([join(runs, REPORTED_RUN)], join(runs, "report.html"));
  url = pathToFileURL(path).href;
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(runs, { recursive: true });
});

describe("the page of a run that failed", () => {
  let shown: ShownPage;
  beforeEach(async () => {
    shown = await showPage(browser, url);
  });
  afterEach(async () => {
    await shown.close();
    expect(shown.complaints).toEqual([]);
  });
  const text = (selector: string): Promise<string> => shown.page.innerText(selector);
  const selected = (): Promise<string | null> => shown.page.locator("#packets .row.here").getAttribute("data-row");

  it("opens with the verdict, its cause, the rung that broke, and what was there", async () => {
    const { page } = shown;
    expect(await text("h1")).toMatch(/FAILED\s+wrong-expectation/);
    expect(await text("#cause")).toBe("exited: the guest ended before its ladder was complete");
    expect(await text("#broken-rung")).toMatch(/^First broken rung: a: SELFTEST: udp-sec backpressure ok/);
    expect(await text("#console .row.here")).toContain("Power down");
    for (const id of ["#cause", "#broken-rung", "#console .row.here", "#packets .row"]) {
      const box = await page.locator(id).first().boundingBox();
      expect([id, (box?.y ?? Infinity) < 800]).toEqual([id, true]);
    }
    const times = (await page.locator("#packets .row .time").allInnerTexts()).map(Number);
    expect(times.length).toBeGreaterThan(20);
    // The last packets of the run are where it broke.
    expect(Number(times.at(-1))).toBeGreaterThan(20);
  });

  it("shows the packets that a rule speaks of, and all again", async () => {
    const { page } = shown;
    const all = await text("#packet-count");
    await page.click("#rules .finding:has(b:text-is('retransmission-seen'))");
    expect(await text("#packets .asked")).toContain("retransmission-seen");
    const [, few = "", of] = /^(\d+) of (\d+)$/.exec(await text("#packet-count")) ?? [];
    expect([of, Number(few) > 5, Number(few) < Number(of)]).toEqual([all, true, true]);
    const contents = await page.locator("#packets .row .content").allInnerTexts();
    expect(contents.every((content) => /again|dropped/.test(content))).toBe(true);
    await page.click("#packets .asked button");
    expect(await text("#packet-count")).toBe(all);
  });

  it("shows what confirmed a marker, and goes to where it was printed", async () => {
    const { page } = shown;
    await page.click(".rung-head:has-text('udp-sec bulk ok')");
    const body = page.locator("#rungs li.here .rung-body");
    expect(await body.innerText()).toMatch(/udp-bulk-volume[\s\S]*canary-not-in-clear[\s\S]*bulk-as-asked/);
    expect(await text("#console .row.here")).toContain("SELFTEST: udp-sec bulk ok");
    await body.locator(".finding:has-text('udp-bulk-volume')").click();
    expect(await text("#packets .asked")).toContain("udp-bulk-volume");
    const kinds = await page.locator("#packets .row .kind").allInnerTexts();
    expect([...new Set(kinds)]).toEqual(["DATA"]);
  });

  it("shows a packet with all that is known of it, and the rules about it", async () => {
    const { page } = shown;
    await page.click("[data-kind=DATA]");
    await page.locator("#packets .row").nth(12).click();
    expect(await text("#packet-detail")).toMatch(/frame\s+\d+ of fabric\.pcapng[\s\S]*carries\s+\d+ bytes from \d+/);
    await page.click("#packet-detail .chip:has-text('pn-unique')");
    expect(await page.locator("#rules .finding:has(b:text-is('pn-unique'))").boundingBox()).not.toBeNull();
  });

  it("is filtered by node, text and kind", async () => {
    const { page } = shown;
    await page.selectOption("#filter-node", "b");
    expect(await page.locator("#console [role=tab][aria-selected=true]").innerText()).toBe("b");
    expect([...new Set(await page.locator("#packets .row .tap").allInnerTexts())].sort()).toEqual(["b.0 ←", "b.0 →"]);
    await page.fill("#filter-text", "dropped: drop");
    const contents = await page.locator("#packets .row .content").allInnerTexts();
    expect([contents.length > 0, contents.every((content) => content.includes("dropped: drop"))]).toEqual([true, true]);
    expect(await text("#console-count")).toMatch(/^0 of \d+ lines$/);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    expect([await page.inputValue("#filter-text"), await page.inputValue("#filter-node")]).toEqual(["", ""]);
    await page.click("[data-kind=MSG3]");
    expect([...new Set(await page.locator("#packets .row .kind").allInnerTexts())]).toEqual(["MSG3"]);
  });

  it("searches the console, line by line, with its events as well", async () => {
    const { page } = shown;
    await page.keyboard.press("e");
    await page.keyboard.press("/");
    await page.keyboard.type("congestion");
    expect(await text("#console-count")).toMatch(/^\d+ found$/);
    expect(await text("#console .row.found mark")).toBe("congestion");
    const first = await text("#console .row.found .time");
    await page.keyboard.press("Enter");
    expect(Number(await text("#console .row.found .time"))).toBeGreaterThan(Number(first));
    await page.keyboard.press("Shift+Enter");
    expect(await text("#console .row.found .time")).toBe(first);
  });

  it("is used with keys alone", async () => {
    const { page } = shown;
    await page.keyboard.press("n");
    await page.keyboard.press("n");
    expect(await page.locator("#rungs li.here").count()).toBe(1);
    await page.keyboard.press("j");
    const first = Number(await selected());
    await page.keyboard.press("j");
    expect(Number(await selected())).toBe(first + 1);
    await page.keyboard.press("l");
    expect(await text("#packet-detail")).toMatch(/the network\s+(?:dropped|rate)/);
    await page.keyboard.press("b");
    expect(await text("#console .row.here")).toContain("Power down");
    await page.keyboard.press("?");
    expect(await page.locator("dialog[open] dt").count()).toBeGreaterThan(10);
    await page.keyboard.press("Escape");
    expect(await page.locator("dialog[open]").count()).toBe(0);
  });

  it("goes where the timeline is clicked, and zooms to what is dragged over", async () => {
    const { page } = shown;
    const canvas = page.locator("#timeline canvas");
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    if (box === null) throw new RangeError("no canvas");
    const before = await canvas.screenshot();
    // In the lanes of packets something is hit, and shown in the list.
    const hit = page.locator("#packets .row.here");
    for (let y = 30; y < box.height && (await hit.count()) === 0; y += 11)
      await page.mouse.click(box.x + box.width * 0.75, box.y + y);
    expect(await text("#packet-detail")).toMatch(/frame\s+\d+ of fabric\.pcapng/);
    // The click showed a packet: the page may have scrolled.
    await canvas.scrollIntoViewIfNeeded();
    const now = (await canvas.boundingBox()) ?? box;
    await page.mouse.move(now.x + now.width * 0.5, now.y + 60);
    await page.mouse.down();
    await page.mouse.move(now.x + now.width * 0.6, now.y + 60, { steps: 4 });
    await page.locator(".brush").waitFor({ state: "visible" });
    await page.mouse.up();
    await page.evaluate(PAINTED);
    expect((await canvas.screenshot()).equals(before)).toBe(false);
    await page.click("#zoom-all");
  });
});

describe.each([
  [1280, "light"],
  [1280, "dark"],
  [400, "light"],
  [400, "dark"],
] as const)("%i pixels wide, %s", (width, colorScheme) => {
  it("nothing hangs out, and text stands out", async () => {
    const shown = await showPage(browser, url, { width, colorScheme });
    const { page } = shown;
    const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
    const colors = await page.evaluate<string[]>(
      "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]",
    );
    const [ink = 0, paper = 0] = colors.map((color) => Number(/\d+/.exec(color)?.[0]));
    await shown.close();
    expect([wide, Math.abs(ink - paper) > 150, ink > paper]).toEqual([width, true, colorScheme === "dark"]);
    expect(shown.complaints).toEqual([]);
  });
});

it("the other theme is one key away", async () => {
  const shown = await showPage(browser, url, { colorScheme: "light" });
  const paper = (): Promise<string> => shown.page.evaluate("getComputedStyle(document.body).backgroundColor");
  const light = await paper();
  await shown.page.keyboard.press("t");
  const dark = await paper();
  await shown.page.keyboard.press("t");
  expect([dark === light, (await paper()) === light]).toEqual([false, true]);
  await shown.close();
});
