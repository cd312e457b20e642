/** What a program wrote to a terminal, as a page: colours and weight, nothing that moves the cursor. */
import { stripVTControlCharacters } from "node:util";

const COLUMNS = 132;
/** Of a part of the text: SGR codes (ECMA-48 8.3.117) as styles, those that our own output has. */
const STYLES: Readonly<Record<string, string>> = {
  "1": "font-weight:bold",
  "2": "opacity:0.6",
  "31": "color:#ff7b72",
  "32": "color:#56d364",
};
/** What ends them. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  "0": Object.keys(STYLES),
  "22": ["1", "2"],
  "39": ["31", "32"],
};
const SGR = /\u001b\[(\d*)m/;

/** @param command as it was typed @param output as a terminal got it @returns HTML that needs nothing else */
export function terminalPage(command: string, output: string): string {
  return `<!doctype html><html data-shown><meta charset="utf-8"><style>
body { margin: 0; background: #0d1117; }
pre { margin: 0; padding: 16px; width: ${COLUMNS}ch; box-sizing: content-box; white-space: pre-wrap; overflow-wrap: anywhere; background: #0d1117; color: #e6edf3; font: 13px/1.45 monospace; }
</style><pre>$ ${escaped(command)}
${terminalHtml(output.trimEnd())}</pre></html>
`;
}

/** @returns the text with its colours; other control sequences are left out */
export function terminalHtml(output: string): string {
  const lit = new Set<string>();
  return output
    .split(/(\u001b\[\d*m)/)
    .map((part) => {
      const code = SGR.exec(part)?.[1];
      if (code === undefined) return spanOf(lit, stripVTControlCharacters(part));
      const named = code === "" ? "0" : code;
      for (const ended of ENDS[named] ?? []) lit.delete(ended);
      if (named in STYLES) lit.add(named);
      return "";
    })
    .join("");
}

function spanOf(lit: ReadonlySet<string>, text: string): string {
  if (text === "" || lit.size === 0) return escaped(text);
  const style = [...lit].map((code) => STYLES[code]).join(";");
  return `<span style="${style}">${escaped(text)}</span>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
