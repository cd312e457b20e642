import { describe, expect, test } from "vitest";
import { FrameDecoder } from "./frame-decoder.ts";
import { MuxReject } from "./mux-error.ts";
import type { RejectLabel } from "./mux-error.ts";

function header(fields: {
  version?: number;
  type: number;
  priority?: number;
  flags?: number;
  id?: number;
  length: number;
}): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  bytes.set([fields.version ?? 2, fields.type, fields.priority ?? 0, fields.flags ?? 0]);
  view.setUint32(4, fields.id ?? 1, true);
  view.setUint32(8, fields.length, true);
  return bytes;
}

/** @returns the label that the header alone is rejected with: before any payload is there to buffer */
function labelOf(...pieces: readonly Uint8Array[]): RejectLabel | "accepted" {
  const decoder = new FrameDecoder({ onFrame: () => {}, onDataStart: () => {}, onDataBytes: () => {} });
  try {
    for (const piece of pieces) decoder.push(piece);
    return "accepted";
  } catch (error) {
    if (error instanceof MuxReject) return error.label;
    throw error;
  }
}

const OVERSIZE = "mux.reject.frame_oversize";
const MALFORMED = "mux.reject.malformed_frame";
const NAME = "mux.reject.invalid_stream_name";

// Requirements: M-26, RX-110, RX-111, RX-112, RX-113, RX-114, RX-115, RX-116, RX-117, RX-118, RX-119
describe("frame headers", () => {
  test.each([
    ["DATA of 32 KiB - 1", header({ type: 3, length: 32_767 }), "accepted"],
    ["DATA of 32 KiB", header({ type: 3, length: 32_768 }), "accepted"],
    ["DATA of 32 KiB + 1", header({ type: 3, length: 32_769 }), OVERSIZE],
    ["DATA of 4 GiB - 1", header({ type: 3, length: 0xffff_ffff }), OVERSIZE],
    ["OPEN of 32 KiB + 1", header({ type: 1, length: 32_769 }), OVERSIZE],
    ["DATA without bytes", header({ type: 3, length: 0 }), MALFORMED],
    ["version 1", header({ version: 1, type: 8, length: 0 }), MALFORMED],
    ["version 3", header({ version: 3, type: 8, length: 0 }), MALFORMED],
    ["flags", header({ type: 8, flags: 1, length: 0 }), MALFORMED],
    ["type 0", header({ type: 0, length: 0 }), MALFORMED],
    ["type 9", header({ type: 9, length: 0 }), MALFORMED],
    ["OPEN_ACK of 3", header({ type: 2, length: 3 }), MALFORMED],
    ["OPEN_ACK of 4", header({ type: 2, length: 4 }), "accepted"],
    ["OPEN_ACK of 5", header({ type: 2, length: 5 }), MALFORMED],
    ["WINDOW_UPDATE of 5", header({ type: 4, length: 5 }), MALFORMED],
    ["RST of 1", header({ type: 5, length: 1 }), MALFORMED],
    ["PING of 7", header({ type: 6, id: 0, length: 7 }), MALFORMED],
    ["PONG of 9", header({ type: 7, id: 0, length: 9 }), MALFORMED],
    ["CLOSE of 1", header({ type: 8, length: 1 }), MALFORMED],
    ["PING on a stream", header({ type: 6, id: 1, length: 8 }), MALFORMED],
    ["PONG on a stream", header({ type: 7, id: 2, length: 8 }), MALFORMED],
    ["OPEN on stream 0", header({ type: 1, id: 0, length: 5 }), MALFORMED],
    ["DATA on stream 0", header({ type: 3, id: 0, length: 5 }), MALFORMED],
    ["CLOSE on stream 0", header({ type: 8, id: 0, length: 0 }), MALFORMED],
    ["OPEN with priority 7", header({ type: 1, priority: 7, length: 5 }), "accepted"],
    ["OPEN with priority 8", header({ type: 1, priority: 8, length: 5 }), MALFORMED],
    ["DATA with priority 255", header({ type: 3, priority: 255, length: 5 }), "accepted"],
    ["OPEN without credit", header({ type: 1, length: 3 }), MALFORMED],
    ["OPEN without name", header({ type: 1, length: 4 }), NAME],
    ["OPEN with a name of 1", header({ type: 1, length: 5 }), "accepted"],
    ["OPEN with a name of 64", header({ type: 1, length: 68 }), "accepted"],
    ["OPEN with a name of 65", header({ type: 1, length: 69 }), NAME],
  ] as const)("%s: %s", (_what, bytes, expected) => {
    expect(labelOf(bytes)).toBe(expected);
  });
});

describe("payloads", () => {
  // Requirement: RX-121
  test("a name that is not UTF-8", () => {
    expect(labelOf(header({ type: 1, length: 6 }), Uint8Array.of(0, 0, 1, 0, 0xc3, 0x28))).toBe(NAME);
  });

  // Requirements: M-5, RX-122
  test("WINDOW_UPDATE of 0 and of 1", () => {
    expect(labelOf(header({ type: 4, length: 4 }), new Uint8Array(4))).toBe(MALFORMED);
    expect(labelOf(header({ type: 4, length: 4 }), Uint8Array.of(1, 0, 0, 0))).toBe("accepted");
  });
});
