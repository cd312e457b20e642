import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GatheredRun } from "../gather/gather-run.ts";
import { gatherRun } from "../gather/gather-run.ts";
import { REPORTED_RUN, reportedRuns } from "../reported-run.fixture.ts";
import { reportHtml } from "./report-html.ts";
import { writeReport } from "./write-report.ts";

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror=alert(2)><!--\u2028"'&`;
let runs = "";
let gathered: GatheredRun;
beforeAll(async () => {
  runs = reportedRuns();
  gathered = await gatherRun(join(runs, REPORTED_RUN));
});
afterAll(() => rmSync(runs, { recursive: true }));

describe("the page", () => {
  it("runs its own program alone, and loads nothing", () => {
    const html = reportHtml([gathered], "let x = 1;");
    const hash = createHash("sha256").update("let x = 1;").digest("base64");
    expect(html).toContain(
      `content="default-src 'none'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(html).not.toMatch(/(?:src|href|url)\s*[=(]/i);
  });

  it("shows what a guest wrote as text, wherever it stands", () => {
    const { data } = gathered;
    const verdict = { ...data.verdict, code: HOSTILE, detail: HOSTILE, title: HOSTILE };
    const consoles = [{ node: "a", lines: [[1, HOSTILE] as const] }];
    const html = reportHtml(
      [{ ...gathered, data: { ...data, profile: HOSTILE, seed: HOSTILE, verdict, consoles } }],
      "0;",
    );
    expect(html.match(/<script/g)).toHaveLength(4);
    expect(html).not.toContain("<img");
    expect(html).not.toContain("<!--");
    const packed = /id="run-0">([^<]*)</.exec(html)?.[1] ?? "";
    const read = JSON.parse(inflateSync(Buffer.from(packed, "base64")).toString()) as GatheredRun["data"];
    expect(read.consoles[0]?.lines[0]?.[1]).toBe(HOSTILE);
    const heads = JSON.parse(/id="heads">([^<]*)</.exec(html)?.[1] ?? "") as readonly { readonly detail: string }[];
    expect(heads[0]?.detail).toBe(HOSTILE);
  });
});

describe("a report", () => {
  it("is one file, whole, with a program that ends nowhere in its middle", async () => {
    const path = join(runs, "out/report.html");
    const { bytes, problems } = await writeReport([join(runs, REPORTED_RUN), join(runs, REPORTED_RUN)], path);
    const html = readFileSync(path, "utf8");
    expect([Buffer.byteLength(html), problems]).toEqual([bytes, []]);
    const program = html.slice(html.lastIndexOf("<script>") + 8, html.lastIndexOf("</script>"));
    expect(program.length).toBeGreaterThan(10_000);
    expect(program).not.toMatch(/<\/?script|<!--/i);
    expect(html).toContain(createHash("sha256").update(program).digest("base64"));
    expect(bytes).toBeLessThan(400_000);
  });

  it("that can't be written leaves nothing half, and says why", async () => {
    const folder = join(runs, REPORTED_RUN);
    const path = join(folder, "summary.json/report.html");
    await expect(writeReport([folder], path)).rejects.toMatchObject({ code: "artifacts-unwritable" });
    if (existsSync("/dev/full")) {
      await expect(writeReport([folder], "/dev/full/x")).rejects.toMatchObject({ code: "artifacts-unwritable" });
    }
  });
});
