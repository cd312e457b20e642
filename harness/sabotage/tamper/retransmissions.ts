/** A run as if nothing had ever been sent again: repeats of stream bytes become PINGs, under the numbers that they had. */
import type { RecordedRun } from "../recordings/recording.ts";
import { viewUdp } from "./frames.ts";
import {
  DATA,
  DATA_PREFIX_BYTES,
  dataOffset,
  fieldsOf,
  openBody,
  packetType,
  PING,
  sealLike,
} from "./sealed-packets.ts";
import { editDatagrams, framesAtFirstNic, keyOf, streamOf, wayOf, type Way } from "./wire.ts";

const RECEIVER_STATE_BYTES = 16;

export function withoutRepeats(run: RecordedRun): RecordedRun {
  return (["up", "down"] as const).reduce(withoutRepeatsOf, run);
}

function withoutRepeatsOf(run: RecordedRun, way: Way): RecordedRun {
  const key = keyOf(run, way);
  const repeats = repeatedPackets(run, way);
  return editDatagrams(run, (payload, itsWay) => {
    const isRepeat = itsWay === way && packetType(payload) === DATA && repeats.has(fieldsOf(payload).packetNumber);
    if (!isRepeat) return undefined;
    const state = openBody(payload, key).subarray(0, RECEIVER_STATE_BYTES);
    return sealLike(payload, { type: PING, flags: 0 }, state, key);
  });
}

/** @returns numbers of packets of which every byte left again later: the last to bring a byte stays */
function repeatedPackets(run: RecordedRun, way: Way): ReadonlySet<number> {
  const key = keyOf(run, way);
  const last = new Uint32Array(streamOf(run, way).length);
  const ranges = new Map<number, { readonly from: number; readonly to: number }>();
  for (const frame of framesAtFirstNic(run)) {
    const payload = wayOf(frame) === way ? viewUdp(frame)?.payload : undefined;
    if (payload === undefined || packetType(payload) !== DATA) continue;
    const plain = openBody(payload, key);
    const from = dataOffset(plain);
    const { packetNumber } = fieldsOf(payload);
    const to = from + plain.length - DATA_PREFIX_BYTES;
    ranges.set(packetNumber, { from, to });
    last.fill(packetNumber, from, to);
  }
  const bringers = new Set(last);
  return new Set([...ranges].flatMap(([number, { from, to }]) => (to > from && !bringers.has(number) ? [number] : [])));
}
