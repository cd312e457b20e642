/** What the harness itself tells a terminal to do: begin a line anew, and colours. */
const OUR_SEQUENCES = String.raw`\u001b\[\d{0,2}[mK]`;
const CONTROLS = String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\p{Bidi_Control}]`;
const OURS_OR_CONTROLS = new RegExp(`${OUR_SEQUENCES}|${CONTROLS}`, "gu");

/** Where a program of the harness writes what a person reads. */
export interface ProgramOutput {
  write(text: string): unknown;
  readonly isTTY: boolean;
  readonly columns: number;
}

/**
 * The last gate before a terminal: whatever text comes from a guest, its files, or QEMU, nothing that a terminal obeys leaves but the
 * few sequences that the harness prints itself.
 */
export function programOutput(stream: NodeJS.WriteStream): ProgramOutput {
  return {
    write: (text) => stream.write(text.replace(OURS_OR_CONTROLS, (found) => (found.length > 1 ? found : ""))),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
  };
}
