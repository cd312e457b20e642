import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HarnessError } from "../host/harness-error.ts";
import { attachCommand } from "./attach-command.ts";
import { parseCommandArguments, type CommandIo } from "./command.ts";

let runs = "";
let server: Server | undefined;
beforeEach(() => void (runs = mkdtempSync(join(tmpdir(), "attach-"))));
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(runs, { recursive: true });
});

/** A run's folder with a plan, and doors that nobody is behind. */
function makeRun(name: string, nodes: readonly string[], doors: readonly string[]): string {
  const folder = join(runs, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "plan.json"), JSON.stringify({ nodes: nodes.map((node) => ({ name: node })) }));
  for (const node of doors) symlinkSync(join(folder, `${node}.gone`), join(folder, `${node}-attach.sock`));
  return folder;
}

/** A door that answers a word with a line. */
async function serve(folder: string, node: string, answer: string): Promise<void> {
  const path = join(folder, `${node}.gone`);
  server = createServer((socket) => socket.once("data", () => socket.end(answer)));
  await new Promise<void>((resolve) => server?.listen(path, resolve));
}

let said = "";
async function attach(...args: string[]): Promise<{ status: number; said: string }> {
  said = "";
  const output = { write: (text: string) => (said += text), isTTY: false, columns: 80 };
  const io: CommandIo = {
    stdout: output,
    stderr: output,
    environment: { LOG_DIR: runs },
    signal: new AbortController().signal,
  };
  return { status: await attachCommand.run(parseCommandArguments(attachCommand, args), io), said };
}
const refused = (...args: string[]): Promise<Pick<HarnessError, "code" | "message" | "hint" | "kind">> =>
  attach(...args).then(
    () => Promise.reject(new RangeError("accepted")),
    (error: unknown) => error as HarnessError,
  );

describe("udpsec attach", () => {
  it.each([
    ["nothing", [], "usage", /needs a run or a profile/, /udpsec attach latest/],
    ["one word too many", ["one", "a", "b"], "usage", /takes no argument b/, /a run, then a node/],
    ["two wishes", ["one", "a", "--end", "--pause"], "usage", /--pause and --end at once/, /one after the other/],
    ["no such run", ["on"], "run-unknown", /no run and no profile on/, /did you mean one\? runs that go on: one, two/],
    ["a profile that is to be resumed", ["udp-sec", "--resume"], "run-unknown", /no run and no profile udp-sec/, /./],
    ["a node that isn't there", ["two", "bb"], "usage", /the run has no node bb/, /did you mean b\?/],
    ["no node of several", ["two"], "usage", /several machines: a, b/, /name one: udpsec attach .*two a/],
    ["a process on the host", ["two", "h"], "attach-no-console", /h has no console now/, /those with one are a, b/],
    ["a run that has ended", ["ended"], "attach-ended", /ended, or its machines have not started/, /NODE-console\.txt/],
    ["no terminal", ["one"], "attach-no-terminal", /no terminal/, /--pause, --resume and --end need none/],
    ["a run whose harness was killed", ["one", "--resume"], "attach-ended", /one-?.* has ended/, /./],
  ])("refuses %s with what to do", async (_, args, code, message, hint) => {
    makeRun("one", ["a"], ["a"]);
    makeRun("two", ["a", "b", "h"], ["a", "b"]);
    makeRun("ended", ["a"], []);
    const error = await refused(...args);
    expect([error.code, error.kind]).toEqual([code, "cannot-run"]);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });

  it("asks a door without a terminal, and tells what came of it", async () => {
    await serve(makeRun("one", ["a"], ["a"]), "a", '{"version":1,"ok":true,"message":"a goes on"}\n');
    expect(await attach("one", "--resume")).toEqual({ status: 0, said: "a goes on\n" });
    expect(await attach(join(runs, "one"), "a", "--pause")).toEqual({ status: 0, said: "a goes on\n" });
  });

  it.each([
    ["says no", '{"version":1,"ok":false,"message":"the run goes on"}\n', /^the run goes on$/],
    ["closes at once", "", /it was closed at once/],
    ["says half a word", '{"version":1', /its answer was cut short/],
    ["speaks something else", "220 welcome\n", /its answer can't be read/],
    ["never ends its line", "x".repeat(10_000), /its answer can't be read/],
  ])("is refused by a door that %s", async (_, answer, message) => {
    await serve(makeRun("one", ["a"], ["a"]), "a", answer);
    expect(await refused("one", "--end")).toMatchObject({
      code: "attach-refused",
      message: expect.stringMatching(message) as string,
    });
  });
});
