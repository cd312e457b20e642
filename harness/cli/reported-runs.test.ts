import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { REPORTED_RUN, reportedRuns as madeRuns } from "../report/reported-run.fixture.ts";
import { reportedRuns } from "./reported-runs.ts";

it("of a folder with more runs than anybody looks through the newest thousand are looked at", () => {
  const runs = madeRuns();
  onTestFinished(() => rmSync(runs, { recursive: true }));
  const batch = join(runs, "batch");
  cpSync(join(runs, REPORTED_RUN), join(batch, "oldest--20200101T000000000Z--1"), { recursive: true });
  const newest = "newest--20270101T000000000Z--1";
  cpSync(join(runs, REPORTED_RUN), join(batch, newest), { recursive: true });
  for (let at = 0; at < 999; at += 1) mkdirSync(join(batch, `going--20260101T${String(at).padStart(9, "0")}Z--1`));
  const { folders, remarks } = reportedRuns([batch], runs);
  expect(folders).toEqual([join(batch, newest)]);
  expect(remarks.join(" ")).toMatch(/^Without a result: .*, \.\.\./);
});
