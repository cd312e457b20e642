/** Colours of a console (ECMA-48 8.3.117, Select Graphic Rendition), and no other escape. */

export interface StyledText {
  readonly text: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underlined: boolean;
  /** 0 to 15; undefined: the page's own. */
  readonly color: number | undefined;
  readonly background: number | undefined;
}

type Style = Omit<StyledText, "text">;

const PLAIN: Style = { bold: false, dim: false, underlined: false, color: undefined, background: undefined };
const SGR = /\u001b\[([0-9;]*)m/g;
/** A guest may change colours with every character: what comes after so many keeps the last. */
const MAX_PIECES = 200;

/** @returns the line in pieces of one style each */
export function styledPieces(line: string): StyledText[] {
  const pieces: StyledText[] = [];
  let style = PLAIN;
  let from = 0;
  for (const match of line.matchAll(SGR)) {
    if (pieces.length >= MAX_PIECES) break;
    if (match.index > from) pieces.push({ ...style, text: line.slice(from, match.index) });
    style = styleAfter(style, match[1] ?? "");
    from = match.index + match[0].length;
  }
  const rest = withoutSgr(line.slice(from));
  if (rest !== "") pieces.push({ ...style, text: rest });
  return pieces;
}

export function withoutSgr(line: string): string {
  return line.replace(SGR, "");
}

function styleAfter(before: Style, parameters: string): Style {
  let style = before;
  const codes = parameters.split(";").map(Number);
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    // 38 and 48 choose from a larger palette with more numbers, which mean nothing else here.
    if (code === 38 || code === 48) at += codes[at + 1] === 2 ? 4 : 2;
    else style = styleOf(style, code);
  }
  return style;
}

function styleOf(style: Style, code: number): Style {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 4) return { ...style, underlined: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 24) return { ...style, underlined: false };
  if (code === 39) return { ...style, color: undefined };
  if (code === 49) return { ...style, background: undefined };
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, color: code - 82 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 };
  return style;
}
