import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OBEYED, obeyedIn } from "./obeyed-characters.fixture.ts";
import { printable } from "./printable.ts";

describe("what may be shown of a guest's text", () => {
  it.each(OBEYED.map((character) => [character.codePointAt(0)?.toString(16), character]))(
    "is not U+%s",
    (_, obeyed) => {
      expect(printable(`<${obeyed}é`)).toBe("<é");
    },
  );

  it("is no escape sequence, be it begun by ESC or by one character of C1", () => {
    expect(printable("a\u001b[2Jb\u009b31mc\u001b]0;title\u0007d")).toBe("abcd");
  });

  it("is every other character: tabs, line ends, letters of all languages, emoji", () => {
    const text = "a\tb\nkäse שלום Ελλάδα 漢字 👩‍🚀 \u00a0\u00ad\u200b\u2028\ufeff";
    expect(printable(text)).toBe(text);
  });

  it("holds none of them, however they are put together", () => {
    const piece = fc.oneof(
      fc.constantFrom(...OBEYED, "[", "31m", "]0;", "x"),
      fc.string({ unit: "binary", maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        expect(obeyedIn(printable(pieces.join("")))).toEqual([]);
      }),
    );
  });
});
