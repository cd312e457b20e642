import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FileTail } from "./file-tail.ts";

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
});
