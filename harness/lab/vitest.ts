/**
 * vitest's `test` with a lab for each test, and `expect` for what a lab's run came to (docs/lab.md).
 *
 * @example
 * import { expect, test } from "udpsec/vitest";
 * test("boots", async ({ lab }) => {
 *   const { a } = await lab.start({ nodes: { a: { guest: "./mine.toml" } } });
 *   await a.reach("SELFTEST: boot ok");
 *   expect(await lab.end()).toPass();
 * });
 */
import { relative } from "node:path";
import { expect as plainExpect, test as plainTest, vi, type Assertion, type ExpectStatic } from "vitest";
import { openLab, type Lab } from "./index.ts";
import type { LabResult } from "./live/lab-result.ts";
import { labMatchers, type LabMatchers } from "./matchers.ts";
import { testAgain } from "./test-again.ts";

/** Of each test that says none: machines boot in seconds with hardware for it, in a minute under load without. */
export const LAB_TEST_TIMEOUT_MS = 300_000;

vi.setConfig({ testTimeout: LAB_TEST_TIMEOUT_MS, hookTimeout: LAB_TEST_TIMEOUT_MS });
plainExpect.extend(labMatchers);

/** vitest's `test`, with `lab`: opened for the test, ended after it. A run that the test had no word with is judged then, and can fail it. */
export const test = plainTest.extend<{ lab: Lab }>({
  lab: async ({ task, signal, annotate }, use) => {
    const file = relative(process.cwd(), task.file.filepath);
    const lab = openLab({
      ...{ name: task.name, signal },
      // Shown of tests that fail; when one has failed it is too late to annotate it.
      onOpened: ({ artifactsFolder, seed }) => void annotate(`artifacts: ${artifactsFolder} (seed ${seed})`, "udpsec"),
      again: testAgain(file, task.name),
    });
    await use(lab);
    const hasFailed = task.result?.state === "fail";
    try {
      await lab[Symbol.asyncDispose]();
    } catch (error) {
      // What the run came to is no second failure of a test that has failed.
      if (!hasFailed) throw error;
    }
  },
});

/** vitest's `expect`; of a lab's result it can be asked more. */
export const expect = plainExpect as unknown as LabExpect;

/** vitest's own comes second: the first one that fits is taken. */
type LabExpect = ((
  run: LabResult,
  message?: string,
) => Omit<Assertion<LabResult>, "not"> & LabMatchers & { readonly not: Assertion<LabResult> & LabMatchers }) &
  ExpectStatic;

export { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
export * from "./index.ts";
export type { LabMatchers } from "./matchers.ts";
