import { setFlagsFromString } from "node:v8";

// Of a pattern that goes back and forth for too long V8 begins anew with its engine of linear time: a line of a guest's can't hold up the
// harness, deadline included. (https://v8.dev/blog/non-backtracking-regexp; docs/decisions/023-a-guest-is-data.md)
setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");

/** What only the flag `u` understands; the engine of linear time doesn't know that flag. */
const NEEDS_UNICODE = /\\[pP]\{|\\u\{|[\u{10000}-\u{10ffff}]/u;

/**
 * A regular expression of a user's that meets what guests print. It ends in a time that the line's length bounds, unless it looks ahead or
 * behind, refers back, speaks of characters by their properties, or has a flag that the engine of linear time doesn't know (`i`, `v`).
 *
 * @param flags `u` is kept only where the pattern needs it
 * @throws SyntaxError
 */
export function userPattern(source: string, flags = "u"): RegExp {
  const strict = new RegExp(source, flags);
  return NEEDS_UNICODE.test(source) ? strict : new RegExp(source, flags.replace("u", ""));
}
