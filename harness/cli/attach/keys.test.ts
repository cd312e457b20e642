import { expect, it } from "vitest";
import { Keys } from "./keys.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

it.each([
  ["typed as it is", ["ls -l\r\u0003\u001b[A"], "ls -l\r\u0003\u001b[A", []],
  ["detach", ["a\u001dd"], "a", ["detach"]],
  ["in two pieces, and in capitals", ["a\u001d", "Db"], "ab", ["detach"]],
  ["pause, resume, end", ["\u001dp\u001dr\u001de"], "", ["pause", "resume", "end"]],
  ["the prefix itself", ["\u001d\u001d."], "\u001d.", []],
  ["anything else asks for help", ["\u001d?\u001dx"], "", ["help", "help"]],
])("%s", (_, pieces, typed, meant) => {
  const keys = new Keys();
  const pressed = pieces.map((piece) => keys.take(Buffer.from(piece, "latin1")));
  expect([pressed.map((one) => text(one.typed)).join(""), pressed.flatMap((one) => one.meant)]).toEqual([typed, meant]);
});
