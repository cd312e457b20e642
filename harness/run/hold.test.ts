/** A run that has failed and is held: its machines stand still, people come to them, and it ends in order. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { climb, playTwo, TWO_NODES, type HandRun, type Play } from "./hand-machine.fixture.ts";
import type { HeldRun } from "./request/run-reporter.ts";

const A_MINUTE_MS = 60_000;
const crash: Play = (machines) => machines.get("a")?.line("Kernel panic - not syncing");

/** @returns what the door of a machine answers */
async function ask({ folder }: HeldRun, node: string, want: string): Promise<{ ok: boolean; message: string }> {
  const socket = connect(join(folder, `${node}-attach.sock`));
  let heard = "";
  socket.on("data", (chunk) => (heard += String(chunk)));
  socket.write(`${JSON.stringify({ version: 1, want })}\n`);
  await once(socket, "end");
  socket.destroy();
  return JSON.parse(heard) as { ok: boolean; message: string };
}

/** @param meanwhile done while it is held */
async function held(meanwhile: (run: HeldRun) => Promise<unknown>, more: HandRun = {}, play = crash) {
  let told: HeldRun | undefined;
  let done: Promise<unknown> = Promise.resolve();
  const startedMs = performance.now();
  const onHeld = (run: HeldRun): void => {
    told = run;
    done = meanwhile(run);
  };
  const played = await playTwo(TWO_NODES, play, { holdMs: A_MINUTE_MS, onHeld, ...more });
  return { ...played, held: told, said: await done, tookMs: performance.now() - startedMs };
}

describe("a run that is held", () => {
  it("pauses its machines, and ends them when somebody at a door says so; its failure stays what it was", async () => {
    const { result, calls, held: told, said } = await held((run) => ask(run, "b", "end"));
    expect(told).toMatchObject({
      failure: { code: "crashed" },
      folder: result.artifactsFolder,
      machines: [
        { name: "a", state: "paused" },
        { name: "b", state: "paused" },
      ],
    });
    expect(said).toEqual({ version: 1, ok: true, message: "the run ends" });
    expect(calls).toEqual(["pause a", "pause b", "stop a", "stop b"]);
    expect(result.code).toBe("crashed");
    for (const node of ["a", "b"]) expect(existsSync(join(result.artifactsFolder, `${node}-attach.sock`))).toBe(false);
  });

  it("lets a machine go on and stand still as people want it, and notes that they did", async () => {
    const { result, calls, said } = await held(async (run) => {
      const answers = [await ask(run, "a", "resume"), await ask(run, "a", "pause")];
      await ask(run, "a", "end");
      return answers.map(({ message }) => message);
    });
    expect(said).toEqual(["a goes on", "a stands still"]);
    expect(calls.filter((call) => call.endsWith(" a"))).toEqual(["pause a", "resume a", "pause a", "stop a"]);
    expect(result.actions.map(({ what }) => what)).toEqual(["resumed a by hand", "paused a by hand"]);
  });

  it.each([
    ["the user", (user: AbortController) => user.abort("SIGINT"), {}],
    ["its limit", () => undefined, { holdMs: 300 }],
  ])("is ended by %s too", async (_, end, more) => {
    const user = new AbortController();
    const { result, calls, tookMs } = await held(async () => end(user), { signal: user.signal, ...more });
    expect(calls.slice(-2)).toEqual(["stop a", "stop b"]);
    expect([result.code, tookMs < 10_000]).toEqual(["crashed", true]);
  });

  it("ends when its machines have ended by themselves", async () => {
    const { result, tookMs } = await held(async () => undefined, {
      onHeld: (_, machines) => {
        for (const machine of machines.values()) machine.leave();
      },
    });
    expect([result.code, tookMs < A_MINUTE_MS]).toEqual(["crashed", true]);
  });
});

it("a run that passes, or that nobody wants held, is held for nobody", async () => {
  const passed = await held(async () => undefined, {}, climb);
  expect([passed.result.passed, passed.held]).toEqual([true, undefined]);
  const onHeld = vi.fn();
  const plain = await playTwo(TWO_NODES, crash, { onHeld });
  expect([plain.result.code, onHeld.mock.calls]).toEqual(["crashed", []]);
});

it("a door of a run that goes on doesn't end it", async () => {
  let said: Promise<unknown> | undefined;
  const { result } = await playTwo(TWO_NODES, (machines) => {
    const folder = join(machines.get("a")?.running.serialLogPath ?? "", "..");
    const held = { folder } as HeldRun;
    said = ask(held, "a", "end").finally(() => climb(machines));
  });
  expect(await said).toEqual({ version: 1, ok: false, message: "the run goes on: ^C where it was started ends it" });
  expect(result.passed).toBe(true);
});

it("without limits nothing is late", async () => {
  const impatient = TWO_NODES.replaceAll(/budget = "\d+s"/g, 'budget = "100ms"');
  const slow: Play = (machines) => void setTimeout(() => climb(machines), 1_000);
  expect((await playTwo(impatient, slow)).result.code).toBe("silent");
  expect((await playTwo(impatient, slow, { isUnlimited: true, untilMarker: true })).result.failures).toEqual([]);
});
