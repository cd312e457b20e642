import { PassThrough } from "node:stream";
import type { ReadStream } from "node:tty";
import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { listenToWatchKeys, type WatchKey } from "./watch-keys.ts";

/** A terminal that notes whether it interprets what is typed; until somebody resumes it, what is typed waits. */
function terminal() {
  const typed = new PassThrough();
  typed.pause();
  const state = { isRaw: false };
  const setRawMode = (isRaw: boolean): void => void (state.isRaw = isRaw);
  const input = Object.assign(typed, { setRawMode }) as unknown as ReadStream;
  const keys: WatchKey[] = [];
  const letGo = listenToWatchKeys(input, (key) => void keys.push(key));
  const type = async (text: string): Promise<WatchKey[]> => {
    typed.write(text);
    await turn();
    return keys.splice(0);
  };
  return { state, typed, letGo, type };
}

it.each<[string, string, WatchKey[]]>([
  ["a", "a", ["again"]],
  ["Enter", "\r", ["again"]],
  ["Enter that comes as a line feed", "\n", ["again"]],
  ["q", "q", ["quit"]],
  ["^D", "\u0004", ["quit"]],
  ["^C", "\u0003", ["interrupt"]],
  ["another one", "x", []],
  ["several at once", "axq", ["again", "quit"]],
])("%s is heard at once, without Enter behind it", async (_, typed, heard) => {
  const { state, type } = terminal();
  expect(state.isRaw).toBe(true);
  expect(await type(typed)).toEqual(heard);
});

it("the terminal is as it was once it is let go: what is typed then is for whoever comes next", async () => {
  const { state, typed, letGo, type } = terminal();
  expect(await type("a")).toEqual(["again"]);
  letGo();
  expect(state.isRaw).toBe(false);
  expect(await type("q")).toEqual([]);
  expect(typed.isPaused()).toBe(true);
  // A stream with no listener of ours left tells us nothing when somebody else reads it.
  typed.resume();
  expect(await type("q")).toEqual([]);
});
