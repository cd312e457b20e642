import stripAnsi from "strip-ansi";

/**
 * What a terminal obeys instead of showing it: the control characters of ISO 6429 (C0, DEL, C1) but tab and line feed, and the marks of
 * Unicode that turn the direction of what follows, so that it reads otherwise than it is.
 */
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Bidi_Control}]/gu;

/** @returns text of a guest as it may be shown: without terminal escapes, control characters and marks of direction */
export function printable(text: string): string {
  return stripAnsi(text).replace(OBEYED, "");
}
