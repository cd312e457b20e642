// A kernel of your own: does it boot, does it listen, does it end?
import { expect, test, type LabTopology } from "udpsec/vitest";

const ALONE = { nodes: { a: { guest: "./guest.toml" } } } as const satisfies LabTopology;

test("boots, and says how many drivers it has", async ({ lab }) => {
  const { a } = await lab.start(ALONE);
  const { drivers } = await a.console.expect("MYOS: up <drivers:count> drivers", { within: "30s" });
  expect(drivers).toBe(2);
});

test("hears what is typed, and powers itself off when it is told to", async ({ lab }) => {
  const { a } = await lab.start(ALONE);
  expect(await a.console.command("hello", { prompt: "> " })).toEqual(["MYOS: heard you"]);
  a.console.write("q");
  await a.reach("MYOS: bye");
  expect(await a.exited({ within: "30s" })).toEqual({ kind: "guest-shutdown" });

  const run = await lab.end();
  expect(run).toPass();
  expect(run).toConfirm("machine-ending");
  expect(run).not.toHavePrinted("a", "PANIC");
});
