/** Where the rules of the specification stand, by their ids: for findings that can be looked up. */

const TRANSPORT = "dsoftbus-transport.md";
/** By the letters of an id: up to which number, and the place. The first that holds counts. */
const PLACES: Readonly<Record<string, readonly (readonly [through: number, place: string])[]>> = {
  P: [
    [7, `${TRANSPORT}#41-header`],
    [16, `${TRANSPORT}#42-bodies`],
    [22, `${TRANSPORT}#43-order-of-work-on-receipt`],
    [Infinity, `${TRANSPORT}#44-limits-of-keys`],
  ],
  R: [[Infinity, `${TRANSPORT}#5-acknowledgement-and-recovery`]],
  F: [[Infinity, `${TRANSPORT}#6-stream-and-flow-control`]],
  C: [[Infinity, `${TRANSPORT}#7-congestion-control`]],
  L: [[Infinity, `${TRANSPORT}#8-life-of-a-connection`]],
  B: [[Infinity, `${TRANSPORT}#9-bounds-and-codes`]],
  T: [[Infinity, `${TRANSPORT}#10-tcp-transport`]],
  M: [[Infinity, `${TRANSPORT}#12-mux-v2`]],
  RX: [
    [9, "receiving.md#any-datagram"],
    [49, "receiving.md#handshake-datagrams"],
    [85, "receiving.md#packets-of-a-connection"],
    [104, "receiving.md#records-of-tcp"],
    [Infinity, "receiving.md#mux-frames"],
  ],
  V: [
    [3, "services.md#streams-and-names"],
    [5, "services.md#messages"],
    [8, "services.md#control"],
    [9, "services.md#status"],
    [10, "services.md#echo"],
    [14, "services.md#bulk"],
    [16, "services.md#sink-and-gate"],
    [17, "services.md#mirror"],
    [18, "services.md#test-content"],
    [19, "services.md#content-digest"],
    [20, "services.md#streams-and-names"],
    [21, "services.md#messages"],
    [22, "services.md#status"],
    [25, "services.md#bulk"],
    [26, "services.md#sink-and-gate"],
    [27, "services.md#mirror"],
    [28, "services.md#test-content"],
  ],
};
/** Ids that were given later than their neighbours. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "H-49": `${TRANSPORT}#35-repeats-deadlines-refusals`,
  "H-57": `${TRANSPORT}#35-repeats-deadlines-refusals`,
};

/** @returns document and anchor */
export function placeOfRequirement(id: string): string {
  const [letters = "", digits = ""] = id.split("-");
  const number = Number(digits);
  const place = ELSEWHERE[id] ?? PLACES[letters]?.find(([through]) => number <= through)?.[1];
  return place ?? TRANSPORT;
}
