import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineAssembler, type ConsoleLine, type LineOptions } from "./line-assembler.ts";
import { HOSTILE, obeyedIn } from "./obeyed-characters.fixture.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function linesOf(chunks: readonly Uint8Array[], options: LineOptions = {}): Omit<ConsoleLine, "atMs">[] {
  const assembler = new LineAssembler(options);
  const lines = chunks.flatMap((chunk) => assembler.push(chunk, 0));
  return [...lines, ...assembler.end()].map(({ number, text, cut }) => ({ number, text, cut }));
}

const textsOf = (...chunks: string[]): string[] => linesOf(chunks.map(encode)).map((line) => line.text);

describe("line assembler", () => {
  it("joins what chunks tore apart", () => {
    expect(textsOf("dsoftbus: udp-", "sec os session ok\r", "\nSELF", "TEST: x\r\n")).toEqual([
      "dsoftbus: udp-sec os session ok",
      "SELFTEST: x",
    ]);
  });

  it("takes the firmware's escapes and its unended prompt off the first line of the guest", () => {
    const recorded = "\u001bc\u001b[?7l\u001b[2J\u001b[0mSeaBIOS (version 1.16.2)\r\nBooting from ROM..foreign: up\r\n";
    const lines = linesOf([encode(recorded)], { prompt: /^Booting from ROM\.\./ });
    expect(lines.map(({ text }) => text)).toEqual(["SeaBIOS (version 1.16.2)", "Booting from ROM..", "foreign: up"]);
  });

  it("takes a lone CR as the end of a line and CR CR LF as one end", () => {
    expect(textsOf("progress 1\rprogress 2\r\r\nnext\n")).toEqual(["progress 1", "progress 2", "next"]);
  });

  it("keeps tabs and letters of all languages, drops control characters", () => {
    expect(textsOf("a\tb\u0007\u0000 käse\u009b31m!\n")).toEqual(["a\tb käse!"]);
    expect(textsOf(`${HOSTILE.replaceAll("\r", "")}\n`).map(obeyedIn)).toEqual([[]]);
  });

  it("says so when the console ends in the middle of a line", () => {
    expect(linesOf([encode("whole\nhalf")])).toEqual([
      { number: 1, text: "whole", cut: false },
      { number: 2, text: "half", cut: true },
    ]);
  });

  it("cuts a line at the limit and not before", () => {
    const texts = (length: number): [string, boolean][] =>
      linesOf([encode(`${"x".repeat(length)}\n`)], { maxLineUnits: 8 }).map(({ text, cut }) => [text, cut]);
    expect(texts(7)).toEqual([["xxxxxxx", false]]);
    expect(texts(8)).toEqual([["xxxxxxxx", false]]);
    expect(texts(9)).toEqual([
      ["xxxxxxxx", true],
      ["x", false],
    ]);
  });

  it("gives the time of the chunk that ended the line", () => {
    const assembler = new LineAssembler();
    expect(assembler.push(encode("a"), 1)).toEqual([]);
    expect(assembler.push(encode("b\nc"), 2).map((line) => line.atMs)).toEqual([2]);
    expect(assembler.end().map((line) => line.atMs)).toEqual([2]);
  });

  it("gives the same lines for any chunking of the same bytes", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "\r\n",
        "\n",
        "\r",
        "\u001b[2J",
        "\u001bc",
        "\u001b[?7l",
        "Booting from ROM..",
        "ä€𝄞",
        "SELFTEST: x",
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(400), { maxLength: 20 }), (pieces, cuts) => {
        const bytes = encode(pieces.join(""));
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((edge, index) => bytes.slice(edges[index], edge));
        expect(linesOf(chunks, { maxLineUnits: 16 })).toEqual(linesOf([bytes], { maxLineUnits: 16 }));
      }),
    );
  });
});
