import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../../bytes/hex.ts";
import { DEFAULT_TRANSPORT_PARAMETERS } from "./transport-parameters.ts";
import {
  MSG3_BYTES,
  NOISE1_BYTES,
  NOISE1_PAYLOAD_BYTES,
  NOISE2_PAYLOAD_BYTES,
  PARAMETERS_BYTES,
  RETRY_BYTES,
} from "./constants.ts";
import { decodeParameters, encodeParameters, PARAMETER_RANGES, parameterOutOfRange } from "./parameters-codec.ts";
import {
  decodePayload1,
  decodePayload2,
  decodePayload3,
  encodePayload1,
  encodePayload2,
  encodePayload3,
} from "./payloads.ts";

const parameters = fc.record({
  windowBytes: fc.integer({ min: 16_384, max: 1_048_576 }),
  idleTimeoutMs: fc.integer({ min: 3_000, max: 120_000 }),
  ackDelayMs: fc.integer({ min: 1, max: 100 }),
});
const half = fc.nat(0xffff_ffff);

describe("sizes", () => {
  // Requirements: H-4, H-5, H-6, H-7
  it("are the protocol's", () => {
    expect([NOISE1_PAYLOAD_BYTES, NOISE2_PAYLOAD_BYTES, NOISE1_BYTES]).toEqual([1094, 1126, 1142]);
    expect([MSG3_BYTES, RETRY_BYTES, PARAMETERS_BYTES]).toEqual([201, 58, 15]);
  });
});

describe("parameters", () => {
  // Requirement: H-9
  it("stand in the documented order", () => {
    const bytes = encodeParameters(
      { windowBytes: 0x00040302, idleTimeoutMs: 0x00010806, ackDelayMs: 0x0b },
      0x0f0e0d0c,
    );
    expect(toHex(bytes)).toBe("01" + "0c0d0e0f" + "02030400" + "06080100" + "0b00");
  });

  it("come back, for the right half alone, and never from a part", () => {
    fc.assert(
      fc.property(parameters, half, fc.nat(14), (value, sessionHalf, cut) => {
        const bytes = encodeParameters(value, sessionHalf);
        expect(decodeParameters(bytes, sessionHalf)).toEqual(value);
        expect(decodeParameters(bytes, sessionHalf ^ 1)).toBeUndefined();
        expect(decodeParameters(bytes.subarray(0, cut), sessionHalf)).toBeUndefined();
        expect(decodeParameters(Uint8Array.from([...bytes, 0]), sessionHalf)).toBeUndefined();
        expect(decodeParameters(bytes.with(0, 2), sessionHalf)).toBeUndefined();
      }),
    );
  });

  // Requirements: H-10, H-11, H-12
  it.each(["windowBytes", "idleTimeoutMs", "ackDelayMs"] as const)("%s: both edges", (name) => {
    const { minimum, maximum } = PARAMETER_RANGES[name];
    for (const [value, fits] of [
      [minimum - 1, false],
      [minimum, true],
      [maximum, true],
      [maximum + 1, false],
    ] as const) {
      const changed = { ...DEFAULT_TRANSPORT_PARAMETERS, [name]: value };
      expect(decodeParameters(encodeParameters(changed, 7), 7)).toEqual(fits ? changed : undefined);
      expect(parameterOutOfRange(changed)).toBe(fits ? undefined : name);
    }
    expect(parameterOutOfRange({ ...DEFAULT_TRANSPORT_PARAMETERS, [name]: minimum + 0.5 })).toBe(name);
  });
});

describe("payloads", () => {
  const proof = new Uint8Array(96).fill(0xaa);

  // Requirement: H-14
  it("come back, and any set byte of the padding fails them", () => {
    fc.assert(
      fc.property(
        parameters,
        half,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (value, sessionHalf, position, byte) => {
          const first = encodePayload1(value, sessionHalf);
          const second = encodePayload2(value, sessionHalf, proof);
          const third = encodePayload3(value, sessionHalf, proof);
          expect([first.length, second.length, third.length]).toEqual([1094, 1126, 111]);
          expect(decodePayload1(first, sessionHalf)).toEqual(value);
          expect(decodePayload2(second, sessionHalf)).toEqual({ parameters: value, proof });
          expect(decodePayload3(third, sessionHalf)).toEqual({ parameters: value, proof });
          expect(decodePayload1(first.with(15 + (position % 1079), byte), sessionHalf)).toBeUndefined();
          expect(decodePayload2(second.with(111 + (position % 1015), byte), sessionHalf)).toBeUndefined();
          expect(decodePayload1(second, sessionHalf)).toBeUndefined();
          expect(decodePayload3(second, sessionHalf)).toBeUndefined();
          expect(decodePayload2(third, sessionHalf)).toBeUndefined();
        },
      ),
    );
  });
});
