import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HarnessError } from "../host/harness-error.ts";
import { FileSink } from "./file-sink.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "file-sink-"));
});
afterAll(() => rm(folder, { recursive: true }));

function neverFails(error: HarnessError): void {
  throw error;
}

test("everything appended is in the file after close, in order", async () => {
  const path = join(folder, "order");
  const sink = await FileSink.open(path, neverFails);
  const chunks = Array.from({ length: 5_000 }, (_, i) => Buffer.alloc(200, i));
  for (const chunk of chunks) sink.append(chunk);
  await sink.close();
  expect((await readFile(path)).equals(Buffer.concat(chunks))).toBe(true);
  expect(sink.lostChunks).toBe(0);
});

test("what the disk can't take in time is dropped whole and counted: at the bound, and one byte past it", async () => {
  const path = join(folder, "bound");
  const sink = await FileSink.open(path, neverFails, 100);
  sink.append(Buffer.alloc(99, 1));
  sink.append(Buffer.alloc(2, 2));
  expect(sink.lostChunks).toBe(1);
  sink.append(Buffer.alloc(1, 3));
  expect(sink.lostChunks).toBe(1);
  await sink.close();
  expect(await readFile(path)).toEqual(Buffer.concat([Buffer.alloc(99, 1), Buffer.alloc(1, 3)]));
});

test("a full disk is reported once, with its cause, and close still ends", async () => {
  const failures: HarnessError[] = [];
  const reported = new Promise<void>((resolve) => {
    void FileSink.open("/dev/full", (error) => {
      failures.push(error);
      resolve();
    }).then((sink) => {
      sink.append(Buffer.alloc(10));
      return sink.close();
    });
  });
  await reported;
  expect(failures).toMatchObject([{ code: "fabric-file", message: expect.stringMatching(/ENOSPC/) as unknown }]);
});
