/*
 * Both classes exist in every runtime we know (browsers, Node, Deno, workers) but in no ECMAScript library of the compiler, and
 * core compiles without Node's or the DOM's types: so what is used of them is declared here.
 */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label: "utf-8", options: { readonly fatal: boolean; readonly ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A string that has no UTF-8 form: it holds half of a surrogate pair. */
export class Utf8Error extends Error {
  readonly code = "UTF8_LONE_SURROGATE";

  constructor() {
    super("text holds a lone surrogate and has no UTF-8 form");
    this.name = "Utf8Error";
  }
}

/** @throws Utf8Error on a lone surrogate, which would silently become another character */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (/\p{Surrogate}/u.test(text)) throw new Utf8Error();
  return encoder.encode(text);
}

/** Strict: no overlong forms, no surrogates, nothing cut off; a byte order mark is a character like any other. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** @returns the longest prefix of whole characters that encodes to at most `maxBytes` */
export function encodeUtf8Prefix(text: string, maxBytes: number): Uint8Array<ArrayBuffer> {
  const whole = encodeUtf8(text);
  if (whole.length <= maxBytes) return whole;
  let end = maxBytes;
  // 10xxxxxx continues a character: step back to where one starts.
  while (end > 0 && ((whole[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return whole.slice(0, end);
}
