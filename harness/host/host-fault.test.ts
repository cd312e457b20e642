import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { asHostFault } from "./host-fault.ts";
import { runTool } from "./host-tool.ts";
import { interruptible } from "./interruptible.ts";

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

it.each([
  ["no space", () => writeFileSync("/dev/full", "x"), /disk space/],
  ["no such file", () => readFileSync("/no/such/file"), /exists/],
  ["a folder", () => readFileSync("/"), /ulimit -a/],
])("the system's error is no bug: %s", (_, work, hint) => {
  const fault = asHostFault(errorOf(work));
  expect(fault).toMatchObject({ code: "host-fault", kind: "cannot-run", hint: expect.stringMatching(hint) as string });
});

it("a bug stays one", () => {
  expect(asHostFault(new TypeError("x is not a function"))).toBeUndefined();
  expect(asHostFault("words")).toBeUndefined();
});

it("work that can't be aborted is left when somebody wants out", async () => {
  const abort = new AbortController();
  const never = interruptible(new Promise(() => undefined), abort.signal);
  abort.abort("SIGTERM");
  await expect(never).rejects.toMatchObject({
    code: "interrupted",
    message: expect.stringContaining("SIGTERM") as string,
  });
  expect(await interruptible(Promise.resolve(1), new AbortController().signal)).toBe(1);
});

it("a host program is ended when it takes too long or says too much", async () => {
  const limits = { timeoutMs: 200, maxOutputBytes: 1000 };
  await expect(runTool("sh", "dash", ["-c", "trap '' TERM; sleep 60"], limits)).rejects.toMatchObject({
    code: "host-tool-failed",
    detail: expect.stringContaining("did not end within") as string,
  });
  const says = (bytes: number): Promise<string> =>
    runTool("sh", "dash", ["-c", `head -c ${bytes} /dev/zero`], { maxOutputBytes: 1000 });
  expect(await says(1000)).toHaveLength(1000);
  await expect(says(1001)).rejects.toMatchObject({ detail: expect.stringContaining("wrote more than 1000") as string });
});
