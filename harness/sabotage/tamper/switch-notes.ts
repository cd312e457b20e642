/** Lines that reached the harness sooner: in the switch's capture, their records move to where they would have stood. */
import type { RecordedRun } from "../recordings/recording.ts";

const ENHANCED_PACKET = 6;
const JOURNAL_EXPORT = 9;
const US_PER_MS = 1_000;
const TIME = /__REALTIME_TIMESTAMP=(\d+)/;

/** @param node that printed the line */
export function withEarlierNote(run: RecordedRun, node: string, line: string, byMs: number): RecordedRun {
  return withNoteAt(run, node, line, (timeUs) => timeUs - byMs * US_PER_MS);
}

/** @param toUs from when it came to when it would have come, on the clock of the capture */
export function withNoteAt(
  run: RecordedRun,
  node: string,
  line: string,
  toUs: (timeUs: number) => number,
): RecordedRun {
  if (run.fabric === undefined) return run;
  const blocks = blocksOf(run.fabric);
  const note = blocks.find((block) => block.includes(`MESSAGE=${node}: ${line}\n`));
  if (note === undefined) return run;
  const movedUs = toUs(timeOf(note) ?? 0);
  const moved = Buffer.from(note.toString("latin1").replace(TIME, `__REALTIME_TIMESTAMP=${movedUs}`), "latin1");
  const others = blocks.filter((block) => block !== note);
  const at = others.findIndex((block) => (timeOf(block) ?? 0) > movedUs);
  return { ...run, fabric: Buffer.concat([...others.slice(0, at), moved, ...others.slice(at)]) };
}

/** @param pcapng little-endian, in microseconds: as the switch writes it */
function blocksOf(pcapng: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at + 12 <= pcapng.length;) {
    const length = pcapng.readUInt32LE(at + 4);
    blocks.push(pcapng.subarray(at, at + length));
    at += length;
  }
  return blocks;
}

function timeOf(block: Buffer): number | undefined {
  const type = block.readUInt32LE(0);
  if (type === ENHANCED_PACKET) return block.readUInt32LE(12) * 2 ** 32 + block.readUInt32LE(16);
  const [, time] = (type === JOURNAL_EXPORT ? TIME.exec(block.toString("latin1")) : null) ?? [];
  return time === undefined ? undefined : Number(time);
}
