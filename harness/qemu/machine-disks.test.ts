import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { DiskPlan } from "../guests/machine-shape.ts";
import { largestDisk } from "./machine-disks.ts";

const GIB = 1024 ** 3;

/** @returns what a disk may grow to whose file begins with this header */
function largestWith(header: Uint8Array, format: "raw" | "qcow2"): number {
  const folder = mkdtempSync(join(tmpdir(), "disks-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "disk");
  writeFileSync(path, header);
  truncateSync(path, 1024);
  const disk: DiskPlan = { name: "d", source: { kind: "image", path, format }, device: "virtio-blk" };
  return largestDisk([disk], { d: path });
}

function qcow2(virtualBytes: bigint): Uint8Array {
  const header = Buffer.alloc(32);
  header.write("QFI\xfb", "latin1");
  header.writeBigUInt64BE(virtualBytes, 24);
  return header;
}

it("a small image of qcow2 may grow to the disk that it stands for, and to no more than 64 GiB and its tables", () => {
  expect(largestWith(qcow2(BigInt(2 * GIB)), "qcow2")).toBeGreaterThan(2 * GIB);
  expect(largestWith(qcow2(BigInt(2 * GIB)), "qcow2")).toBeLessThan(2.2 * GIB);
  expect(largestWith(qcow2(2n ** 60n), "qcow2")).toBeLessThan(68 * GIB);
  expect(largestWith(qcow2(BigInt(2 * GIB)), "raw")).toBe(1024);
  expect(largestWith(new Uint8Array(32), "qcow2")).toBe(1024);
  expect(largestDisk([], {})).toBe(0);
});
