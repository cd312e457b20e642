import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderFinalScreen } from "./screen.ts";
import { Transcript } from "./transcript.ts";

const line = (number: number, text: string) => ({ number, text, atMs: number * 1000, cut: false });

describe("transcript", () => {
  it("shows each line with its time, and the last ones that hold anything", () => {
    const transcript = new Transcript();
    ["first", "", "second"].forEach((text, index) => transcript.add(line(index + 1, text)));
    expect(transcript.format()).toBe("   1.000  first\n   2.000  \n   3.000  second\n");
    expect(transcript.tail(2).map(({ text }) => text)).toEqual(["first", "second"]);
  });

  it("keeps between its limit and twice as many lines, and says what it gave up", () => {
    const transcript = new Transcript(3);
    for (let number = 1; number <= 5; number++) transcript.add(line(number, `l${number}`));
    expect(transcript.lines).toHaveLength(5);
    transcript.add(line(6, "l6"));
    expect(transcript.lines.map(({ text }) => text)).toEqual(["l4", "l5", "l6"]);
    expect(transcript.format()).toContain("3 earlier lines");
  });
});

describe("final screen", () => {
  it("shows what somebody before the console would see", async () => {
    const folder = mkdtempSync(join(tmpdir(), "screen-"));
    const path = join(folder, "serial.log");
    writeFileSync(path, "gone\u001b[2J\u001b[Hfirst\r\nsecond\rS\r\n");
    const rows = await renderFinalScreen(path);
    rmSync(folder, { recursive: true });
    expect(rows).toEqual(["first", "Second"]);
  });
});
