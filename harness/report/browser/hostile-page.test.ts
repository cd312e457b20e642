/** What a guest writes is text, whatever it writes. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { writeReport } from "../html/write-report.ts";
import { REPORTED_RUN } from "../reported-run.fixture.ts";
import { pageGround, showPage } from "./shown-page.fixture.ts";

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert(2)"><b id=markup>'"&lt;`;
const ground = pageGround();

it("a hostile console, event, verdict and rule run nothing, load nothing, and are shown as they are", async () => {
  const folder = join(ground.runs, REPORTED_RUN);
  appendFileSync(join(folder, "a-console.txt"), `  99.000  ${HOSTILE}\n`);
  const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) as Record<string, unknown> & {
    rungs: { text: string; proves: string }[];
    evidence: { rule: string; saw: string; verdict: string }[];
  };
  for (const rung of summary.rungs) Object.assign(rung, { text: HOSTILE, proves: HOSTILE });
  for (const one of summary.evidence) one.saw = HOSTILE;
  Object.assign(summary, { profile: HOSTILE, seed: HOSTILE, detail: HOSTILE, proves: HOSTILE, complaints: [HOSTILE] });
  const trace = [HOSTILE, HOSTILE];
  Object.assign(summary, { because: HOSTILE, nearestLine: HOSTILE, crashes: [{ process: HOSTILE, trace }] });
  writeFileSync(join(folder, "summary.json"), JSON.stringify(summary));
  const { path } = await writeReport([folder, folder], join(ground.runs, "hostile.html"));
  const { page, complaints, close } = await showPage(ground.browser, pathToFileURL(path).href);
  expect(await page.innerText("#console .row.here")).toContain(HOSTILE);
  expect(await page.innerText("h1 .name")).toBe(HOSTILE);
  for (const rung of await page.locator(".rung-head").all()) await rung.click();
  expect(await page.locator("#markup, img, main script").count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

it("a program that gets into the page after all is not run", async () => {
  const { path } = await writeReport([join(ground.runs, REPORTED_RUN)], join(ground.runs, "policy.html"));
  const { page, complaints, close } = await showPage(ground.browser, pathToFileURL(path).href);
  const ran = await page.evaluate(`new Promise((after) => {
    const script = document.createElement("script");
    script.textContent = "globalThis.hasRun = true;";
    document.body.append(script);
    const picture = document.createElement("img");
    picture.setAttribute("onerror", "globalThis.hasRun = true;");
    picture.src = "data:,x";
    document.body.append(picture);
    setTimeout(() => after("hasRun" in globalThis), 200);
  })`);
  expect(ran).toBe(false);
  expect(complaints.join("\n")).toMatch(/Content Security Policy/);
  await close();
});
