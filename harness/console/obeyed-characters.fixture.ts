/** What a terminal obeys, by the standards that name it (ISO 6429; Unicode's Bidi_Control) and not by the pattern that is tested. */
const C0 = Array.from({ length: 0x20 }, (_, code) => code).filter((code) => code !== 0x09 && code !== 0x0a);
const DELETE_AND_C1 = Array.from({ length: 0x21 }, (_, index) => 0x7f + index);
const DIRECTION = [0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069];

/** Tab and line feed apart. */
export const OBEYED: readonly string[] = [...C0, ...DELETE_AND_C1, ...DIRECTION].map((code) =>
  String.fromCodePoint(code),
);

/** All of them in one word. No escape sequence is whole in it. */
export const HOSTILE = `<${OBEYED.join("é")}>`;

/** @returns those that are in the text, as hexadecimal code points */
export function obeyedIn(text: string): string[] {
  return OBEYED.filter((character) => text.includes(character)).map((one) => (one.codePointAt(0) ?? 0).toString(16));
}
