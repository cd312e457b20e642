/** A line of a console as elements: in its colours, with what was searched for marked. */
import { styledPieces } from "../model/sgr.ts";
import { MAX_SHOWN_UNITS } from "../model/time-text.ts";
import { element } from "./element.ts";

/** @param line with its colours @param wanted in lower case; empty: nothing */
export function styledLine(line: string, wanted: string): HTMLElement[] {
  let room = MAX_SHOWN_UNITS;
  return styledPieces(line).flatMap(({ text, bold, dim, underlined, color, background }) => {
    const shown = text.slice(0, Math.max(0, room));
    room -= text.length;
    const style = [
      bold ? "bold" : "",
      dim ? "faint" : "",
      underlined ? "underlined" : "",
      color === undefined ? "" : `fg${color}`,
      background === undefined ? "" : `bg${background}`,
    ].join(" ");
    const cut = room < 0 && shown !== "" ? `${shown}…` : shown;
    return partsOf(cut, wanted).map(({ part, isMatch }) => element(isMatch ? "mark" : "span", { class: style }, part));
  });
}

function partsOf(text: string, wanted: string): { readonly part: string; readonly isMatch: boolean }[] {
  if (text === "") return [];
  if (wanted === "") return [{ part: text, isMatch: false }];
  const parts: { part: string; isMatch: boolean }[] = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    if (at > from) parts.push({ part: text.slice(from, at), isMatch: false });
    parts.push({ part: text.slice(at, at + wanted.length), isMatch: true });
    from = at + wanted.length;
  }
  if (from < text.length) parts.push({ part: text.slice(from), isMatch: false });
  return parts;
}
