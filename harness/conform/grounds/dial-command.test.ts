import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { DialCommand } from "./dial-command.ts";

const folder = mkdtempSync(join(tmpdir(), "dial-command-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** @returns what it was told of its end */
function started(command: string, environment = {}): { running: DialCommand; words: Promise<string> } {
  let tell: (words: string) => void = () => undefined;
  const words = new Promise<string>((resolve) => (tell = resolve));
  const running = new DialCommand(command, environment, tell);
  return { running, words };
}

test("a command is told what to dial", async () => {
  const path = join(folder, "told");
  const { words } = started(`echo "$UDPSEC_DIAL_HOST $UDPSEC_DIAL_MODE" > ${path}`, {
    UDPSEC_DIAL_HOST: "192.0.2.1",
    UDPSEC_DIAL_MODE: "tcp",
  });
  expect(await words).toBe("the dial command ended with status 0");
  expect(readFileSync(path, "utf8")).toBe("192.0.2.1 tcp\n");
});

test.each([
  ["exit 3", "status 3"],
  ["echo first >&2; echo no such peer >&2; exit 1", "status 1, its latest words: no such peer"],
  ["no-such-dialler", "status 127, its latest words: .*no-such-dialler.*not found"],
  ["kill -SEGV $$", "SIGSEGV"],
  ["(kill -ABRT $(sh -c 'echo $PPID')); exit $?", "SIGABRT"],
])("%s is told as it was", async (command, told) => {
  const { words } = started(command);
  expect(await words).toMatch(new RegExp(`^the dial command ended with ${told}`));
});

test("of what it says on standard error little is told, however much it is", async () => {
  const { words } = started("head -c 300000 /dev/zero | tr '\\0' x >&2; exit 1");
  expect(await words).toMatch(/^the dial command ended with status 1, its latest words: x{200}$/);
});

test("who ends by itself has not crashed, unless by a signal of its own fault", async () => {
  for (const [command, crash] of [
    ["exit 1", undefined],
    ["kill -KILL $$", undefined],
    ["kill -SEGV $$", "the dialler crashed: SIGSEGV"],
  ] as const) {
    const { running, words } = started(command);
    await words;
    expect(await running.stop()).toBe(crash);
  }
});

test("who goes on is ended, and what it has started with it", async () => {
  const path = join(folder, "pid");
  const { running, words } = started(`sleep 600 & echo $! > ${path}; echo there >&2; wait`);
  await expect.poll(() => read(path)).toMatch(/^\d+\n$/);
  expect(await running.stop()).toBeUndefined();
  expect(await words).toMatch(/^the dial command ended with SIGTERM/);
  // Whoever takes up orphans may leave it unburied.
  await expect.poll(() => read(`/proc/${read(path).trim()}/stat`)).toMatch(/^$|\) Z /);
});

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
