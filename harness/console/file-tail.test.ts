import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FileTail, MAX_TURN_BYTES } from "./file-tail.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tail-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function tailOf(path: string): { tail: FileTail; text: () => string } {
  const chunks: Uint8Array[] = [];
  const tail = new FileTail(
    path,
    (chunk) => chunks.push(chunk),
    () => 1,
  );
  return { tail, text: () => Buffer.concat(chunks).toString() };
}

describe("file tail", () => {
  it("gives what is there, what comes, and what came just before it stopped", async () => {
    const path = join(folder, "events");
    writeFileSync(path, "one ");
    const { tail, text } = tailOf(path);
    tail.start();
    expect(text()).toBe("one ");
    appendFileSync(path, "two ");
    await vi.waitFor(() => expect(text()).toBe("one two "), { timeout: 5000 });
    appendFileSync(path, "three");
    tail.stop();
    expect(text()).toBe("one two three");
  });

  it("waits for a file that isn't there yet", async () => {
    const path = join(folder, "later");
    const { tail, text } = tailOf(path);
    tail.start();
    writeFileSync(path, "here");
    await vi.waitFor(() => expect(text()).toBe("here"), { timeout: 5000 });
    tail.stop();
  });

  it("reads more than one buffer at once", () => {
    const path = join(folder, "large");
    const large = "0123456789".repeat(30_000);
    writeFileSync(path, large);
    const { tail, text } = tailOf(path);
    tail.start();
    tail.stop();
    expect(text()).toBe(large);
  });

  it("reads a large file in turns, so that timers and signals have theirs", async () => {
    const path = join(folder, "flood");
    const large = "0123456789abcdef".repeat((MAX_TURN_BYTES / 16) * 3);
    writeFileSync(path, large);
    const { tail, text } = tailOf(path);
    tail.start();
    expect(text()).toHaveLength(MAX_TURN_BYTES);
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (text().length === large.length) resolve();
        else setTimeout(look, 0);
      };
      setTimeout(look, 0);
    });
    tail.stop();
    expect(text()).toBe(large);
  });

  it("leaves unread what passes its limit", () => {
    const path = join(folder, "limited");
    writeFileSync(path, "0123456789");
    for (const [maxBytes, expected] of [
      [9, "012345678"],
      [10, "0123456789"],
    ] as const) {
      let text = "";
      const onBytes = (chunk: Uint8Array): void => void (text += Buffer.from(chunk).toString());
      const tail = new FileTail(path, onBytes, () => 1, maxBytes);
      tail.start();
      tail.stop();
      expect(text).toBe(expected);
    }
  });
});
