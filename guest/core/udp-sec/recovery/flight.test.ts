import { describe, expect, it } from "vitest";
import { seededRandom } from "../connection/connection-pair.fixture.ts";
import { Flight, type SentRecord } from "./flight.ts";

const LIMITS = { sentRecords: 300, probeRecords: 8 };

/** Does what `Flight` does, by looking at everything each time. */
class PlainFlight {
  inFlight: SentRecord[] = [];
  lost: SentRecord[] = [];
  readonly forgotten: number[] = [];

  add(record: SentRecord): void {
    if (this.inFlight.length + this.lost.length >= LIMITS.sentRecords) this.forget();
    this.inFlight.push(record);
  }

  forget(): void {
    const oldest = this.lost.shift();
    if (oldest !== undefined) this.forgotten.push(oldest.packetNumber);
  }

  lose(record: SentRecord): void {
    this.inFlight = this.inFlight.filter((other) => other !== record);
    this.lost = [...this.lost, record].sort((left, right) => left.packetNumber - right.packetNumber);
  }
}

function compare(flight: Flight, plain: PlainFlight): void {
  const numbersOf = (records: readonly SentRecord[]) => records.map(({ packetNumber }) => packetNumber);
  const probes = plain.inFlight.filter(({ isProbe }) => isProbe).length;
  const hasData = ({ length, isFin }: SentRecord) => length > 0 || isFin;
  const withData = plain.inFlight.filter(hasData);
  const bytes = plain.inFlight.reduce((sum, { datagramBytes }) => sum + datagramBytes, 0);
  expect([flight.count, flight.lostCount]).toEqual([plain.inFlight.length, plain.lost.length]);
  expect([flight.bytes, flight.recountBytes()]).toEqual([bytes, bytes]);
  expect(flight.oldest).toBe(plain.inFlight[0]);
  expect(flight.oldestProbe).toBe(plain.inFlight.find(({ isProbe }) => isProbe));
  for (const skip of [0, 1, 2]) expect(flight.find(hasData, skip)).toBe(withData[skip]);
  expect(flight.hasRoomForProbe).toBe(plain.inFlight.length < 300);
  expect(flight.hasRoom).toBe(plain.inFlight.length < 300 - Math.max(0, 8 - probes));
  const everything = { first: 1, last: 1_000_000 };
  expect(numbersOf(flight.inFlightWithin(everything))).toEqual(numbersOf(plain.inFlight));
  expect(numbersOf(flight.lostWithin(everything))).toEqual(numbersOf(plain.lost));
}

describe("Flight", () => {
  it.each([1, 2, 3, 4])("does what a plain list does (seed %i)", (seed) => {
    const draw = seededRandom(seed);
    const upTo = (limit: number) => Math.floor(draw() * limit);
    const forgotten: number[] = [];
    const flight = new Flight(LIMITS, (record) => forgotten.push(record.packetNumber));
    const plain = new PlainFlight();
    let packetNumber = 0;
    let nowMs = 0;
    let offset = 0;
    for (let step = 0; step < 3_000; step += 1) {
      nowMs += 1;
      // Phases of growth and of decline, so that the lists are compacted too.
      const isGrowing = Math.floor(step / 400) % 2 === 0;
      const action = upTo(isGrowing ? 14 : 6);
      const victim = plain.inFlight[upTo(plain.inFlight.length)];
      if (action >= 5 && flight.hasRoom) {
        packetNumber += 1 + upTo(2);
        const length = upTo(4) === 0 ? 0 : 1 + upTo(1_000);
        // Some repeat an earlier stretch: ends don't rise with packet numbers.
        const start = upTo(5) === 0 ? upTo(offset + 1) : offset;
        offset = Math.max(offset, start + length);
        const sentAt = { packetNumber, sentMs: nowMs, elicitingIndex: step, reportedAck: 0, reportedBits: 0 };
        const stretch = { offset: start, length, isFin: upTo(20) === 0, isProbe: upTo(10) === 0 };
        const record: SentRecord = { ...sentAt, ...stretch, datagramBytes: 66 + length, state: "in-flight", lostMs: 0 };
        flight.add(record);
        plain.add(record);
      } else if (action <= 1 && victim !== undefined) {
        flight.remove(victim);
        plain.inFlight = plain.inFlight.filter((record) => record !== victim);
      } else if (action === 2 && victim !== undefined) {
        flight.lose(victim, nowMs);
        plain.lose(victim);
      } else if (action === 4) {
        const late = plain.lost[upTo(plain.lost.length)];
        if (late !== undefined) flight.removeLost(late);
        plain.lost = plain.lost.filter((record) => record !== late);
        const beforeMs = nowMs - 200;
        while ((plain.lost[0]?.lostMs ?? Infinity) < beforeMs) plain.forget();
        flight.forgetLost(beforeMs);
      }
      compare(flight, plain);
      expect(forgotten).toEqual(plain.forgotten);
    }
    expect(packetNumber).toBeGreaterThan(500);
  });
});
