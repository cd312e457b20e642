import { readFileSync } from "node:fs";
import xterm from "@xterm/headless";

const COLUMNS = 132;
const ROWS = 40;
/** The end of the transcript decides the screen; a terminal need not replay megabytes for it. */
const MAX_REPLAYED_BYTES = 256 * 1024;

/**
 * What somebody who sat before the console would see at the end. For the report only: no verdict reads it.
 *
 * @param rawPath raw transcript of a serial console @returns the rows of the screen, empty ones at the end left out
 */
export async function renderFinalScreen(rawPath: string): Promise<string[]> {
  const raw = readFileSync(rawPath);
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true, scrollback: 0 });
  await new Promise<void>((resolve) => terminal.write(raw.subarray(-MAX_REPLAYED_BYTES), resolve));
  const rows: string[] = [];
  const { active } = terminal.buffer;
  for (let row = 0; row < ROWS; row++) {
    rows.push(active.getLine(active.viewportY + row)?.translateToString(true) ?? "");
  }
  terminal.dispose();
  return rows.slice(0, rows.findLastIndex((row) => row !== "") + 1);
}
