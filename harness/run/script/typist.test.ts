import { expect, test } from "vitest";
import { Typist, type Typing } from "./typist.ts";

const AT_PROMPT = /=> $/;
const typing = (text: string, more: Partial<Typing> = {}): Typing => ({
  prompt: AT_PROMPT,
  text,
  enter: true,
  ...more,
});

function typistWith(typings: readonly Typing[], isReached = (): boolean => true): Typist {
  return new Typist(new Map([["alive", typings]]), isReached);
}

const ALIVE = { place: "alive" };

test("types line by line, each at a prompt of its own", () => {
  const typist = typistWith([typing("one"), typing("two")]);
  expect(typist.next(ALIVE, "booting")).toBeUndefined();
  expect(typist.next(ALIVE, "=> ")?.text).toBe("one");
  // The echo comes piece by piece behind the same prompt.
  expect(typist.next(ALIVE, "=> ")).toBeUndefined();
  typist.lineEnded();
  expect(typist.next(ALIVE, "=> ")?.text).toBe("two");
  typist.lineEnded();
  expect(typist.next(ALIVE, "=> ")).toBeUndefined();
});

test("types for the rung that is waited for and no other, and for none when all are reached", () => {
  const typist = typistWith([typing("one")]);
  expect(typist.next({ place: "other" }, "=> ")).toBeUndefined();
  expect(typist.next(undefined, "=> ")).toBeUndefined();
  expect(typist.next(ALIVE, "=> ")?.text).toBe("one");
});

test("waits until another node is so far", () => {
  let isReached = false;
  const typist = typistWith([typing("one", { after: { node: "b", marker: "up" } })], () => isReached);
  expect(typist.next(ALIVE, "=> ")).toBeUndefined();
  isReached = true;
  expect(typist.next(ALIVE, "=> ")?.text).toBe("one");
});
