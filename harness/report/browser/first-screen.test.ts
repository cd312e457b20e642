/** What somebody without context sees first of a run that failed: its cause, where it is in the source, and what is none. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { writeReport } from "../html/write-report.ts";
import { REPORTED_RUN } from "../reported-run.fixture.ts";
import { pageGround, showPage, type ShownPage } from "./shown-page.fixture.ts";

const ground = pageGround();
const FIRST_SCREEN = 800;

/** @param told what its summary says otherwise @returns the page of such a run */
async function pageOf(name: string, told: Readonly<Record<string, unknown>>): Promise<ShownPage> {
  const folder = join(ground.runs, name);
  cpSync(join(ground.runs, REPORTED_RUN), folder, { recursive: true });
  const summary = join(folder, "summary.json");
  writeFileSync(summary, JSON.stringify({ ...JSON.parse(readFileSync(summary, "utf8")), ...told }));
  const { path } = await writeReport([folder], join(folder, "report.html"));
  return showPage(ground.browser, pathToFileURL(path).href);
}

/** @returns how far down it ends */
async function bottomOf({ page }: ShownPage, selector: string): Promise<number> {
  const box = await page.locator(selector).first().boundingBox();
  return box === null ? Infinity : box.y + box.height;
}

it("a crash: the line of the source, who threw, and what only came of it", async () => {
  const detail = "crashed: dsoftbusd: TypeError: x";
  const shown = await pageOf("crash", {
    ...{ code: "crashed", fullCode: "crashed", detail },
    failures: [
      { code: "crashed", node: "b", detail },
      { code: "exited", node: "a", marker: "backpressure-ok", detail: "it never appeared" },
      { code: "contradicted", rule: "told-agrees", detail: "told-agrees: b: it ended because of UNCAUGHT" },
      { code: "contradicted", rule: "bulk-content", detail: "bulk-content: other bytes" },
    ],
    crashes: [
      { process: "b/dsoftbusd", trace: ["TypeError: x", "  at serve (guest/y.ts:40:1)", "    40 | undefined.z();"] },
    ],
  });
  const { page } = shown;
  expect(await page.innerText(".verdict .trace")).toMatch(
    /crash of b\/dsoftbusd.*TypeError: x\s+at serve .*40 \| undefined/s,
  );
  expect(await page.innerText(".verdict .hint")).toMatch(/b\/dsoftbusd threw at serve \(guest\/y\.ts:40:1\)/);
  expect(await page.locator(".verdict .follows").allInnerTexts()).toEqual([
    expect.stringContaining("exited: it never appeared"),
    expect.stringContaining("contradicted/told-agrees: b: it ended because of UNCAUGHT"),
  ]);
  expect(await page.locator(".verdict .also").allInnerTexts()).toEqual([
    expect.stringContaining("contradicted/bulk-content: other bytes"),
  ]);
  for (const part of [".trace", ".hint", ".follows"])
    expect([part, (await bottomOf(shown, `.verdict ${part}`)) < FIRST_SCREEN]).toEqual([part, true]);
  expect(await bottomOf(shown, "#console .row.here")).toBeLessThan(FIRST_SCREEN);
  expect(shown.complaints).toEqual([]);
  await shown.close();
});

it("a hang: who spins stands before what others said of it, and who only waits is folded away", async () => {
  const shown = await pageOf("hang", {
    ...{ code: "hung", fullCode: "hung", because: "a/selftest: probe control failed: the session ended" },
    doing: [
      { process: "b/dsoftbusd", trace: ["runs (96 % of a processor), at", "  at spin (guest/y.ts:7:3)"] },
      { process: "a/selftest", trace: ["waits in the kernel's do_epoll_wait"] },
    ],
  });
  const { page } = shown;
  const told = await page.innerText(".verdict");
  expect(told.indexOf("guest/y.ts:7:3")).toBeLessThan(told.indexOf("because"));
  expect(told).toMatch(/hint: b\/dsoftbusd runs and comes to no end, at spin \(guest\/y\.ts:7:3\)/);
  expect(told).not.toContain("do_epoll_wait");
  await page.click(".verdict .more summary");
  expect(await page.innerText(".verdict")).toContain("do_epoll_wait");
  await shown.close();
});

it("two markers the wrong way round: the page opens at the one that was printed before its work", async () => {
  const shown = await pageOf("early", {
    ...{ code: "out-of-order", fullCode: "out-of-order" },
    failures: [
      { code: "out-of-order", node: "a", marker: "session-ok", detail: '"session ok" came after "bulk ok"' },
      {
        code: "contradicted",
        rule: "marker-after-wire",
        detail: "marker-after-wire: a: bulk-ok was printed, and the bulk's end never arrived",
      },
    ],
  });
  const { page } = shown;
  expect(await page.innerText("#broken-rung")).toMatch(/a: SELFTEST: udp-sec bulk ok . printed before its work/);
  expect(await page.innerText("#console .row.here")).toContain("SELFTEST: udp-sec bulk ok");
  await shown.close();
});

it("what lies behind the rung that broke is not called broken", async () => {
  const folder = join(ground.runs, REPORTED_RUN);
  const { rungs } = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) as { rungs: { node: string }[] };
  const never = { seen: 0, reachedMs: undefined };
  const own = rungs.map((rung) => rung.node).lastIndexOf("a");
  const shown = await pageOf("behind", {
    rungs: rungs.map((rung, at) => (rung.node === "a" && at >= own - 1 ? { ...rung, ...never } : rung)),
  });
  const { page } = shown;
  expect(await page.locator("#rungs li.missing").count()).toBe(1);
  expect(await page.innerText("#rungs li.unreached")).toContain("not reached");
  await shown.close();
});
