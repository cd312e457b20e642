/**
 * The two classes that the core declares that it needs (guest/core/bytes/utf8.ts), for an engine that has nothing beside the language.
 * Percent-encoding is UTF-8 and strict: it is all that the language knows of it.
 */

class Utf8Encoder {
  encode(text: string): Uint8Array<ArrayBuffer> {
    // As the real one does, half of a surrogate pair becomes U+FFFD.
    const units = encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, "\ufffd")).match(/%..|[^%]/g) ?? [];
    return Uint8Array.from(units, (unit) =>
      unit.startsWith("%") ? Number.parseInt(unit.slice(1), 16) : unit.charCodeAt(0),
    );
  }
}

/** Of `fatal` and `ignoreBOM` alone, which is how the core asks. @throws URIError on what is no UTF-8 */
class Utf8Decoder {
  decode(bytes: Uint8Array): string {
    let text = "";
    for (const byte of bytes) text += `%${byte.toString(16).padStart(2, "0")}`;
    return decodeURIComponent(text);
  }
}

Object.assign(globalThis, { TextEncoder: Utf8Encoder, TextDecoder: Utf8Decoder });
