import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { VirtualFrame } from "../../../contract/virtual-frame.ts";
import { readCapture } from "../../capture/read-capture.ts";
import { writeVirtualCapture } from "./virtual-capture.ts";

const folder = mkdtempSync(join(tmpdir(), "udpsec-virtual-capture-"));
afterAll(() => rmSync(folder, { recursive: true }));

const A = { host: "10.0.0.1", port: 50_001 };
const B = { host: "10.0.0.2", port: 37_010 };

async function written(frames: readonly VirtualFrame[]) {
  const [lines, path] = [join(folder, "frames.ndjson"), join(folder, "frames.pcapng")];
  writeFileSync(lines, frames.map((frame) => `${JSON.stringify(frame)}\n`).join(""));
  await writeVirtualCapture(lines, path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  return await readCapture(path);
}

test("an interface for each host, in the order of their first frame, with directions, times and comments", async () => {
  const { interfaces, cutShort } = await written([
    { atUs: 0, nic: "a.0", direction: "sent", from: A, to: B, payload: "0102" },
    { atUs: 15_000, nic: "b.0", direction: "received", from: A, to: B, payload: "0102" },
    { atUs: 16_000, nic: "b.0", direction: "sent", from: B, to: A, payload: "", comment: "dropped: loss" },
  ]);
  expect(cutShort).toBe(false);
  expect(interfaces.map(({ name }) => name)).toEqual(["a.0", "b.0"]);
  const seen = interfaces.map(({ frames }) =>
    frames.map(({ timeUs, direction, comments, bytes }) => [timeUs, direction, comments.join(), bytes.length]),
  );
  expect(seen).toEqual([
    [[0, "sent", "", 44]],
    [
      [15_000, "received", "", 44],
      [16_000, "sent", "dropped: loss", 42],
    ],
  ]);
});

test("segments become frames of TCP", async () => {
  const tcp = { flags: 0x18, sequence: 1, acknowledged: 1 };
  const { interfaces } = await written([
    { atUs: 1, nic: "a.0", direction: "sent", from: A, to: B, payload: "ff", tcp },
  ]);
  const frame = interfaces[0]?.frames[0]?.bytes;
  expect([frame?.[23], frame?.length, frame?.at(-1)]).toEqual([6, 55, 0xff]);
});
