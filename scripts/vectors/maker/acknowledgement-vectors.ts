/** fixtures/vectors/acknowledgements.json: what an acknowledgement says, and what a receiver says after a sequence of pns. */
import type { MadeFile, NegativeCase, Json } from "./vector-file.ts";

type Range = readonly [number, number];

interface Reading {
  readonly name: string;
  readonly ack: number;
  readonly bits: readonly number[];
  readonly ranges?: readonly Range[];
  readonly named: readonly Range[];
  readonly coveredFrom: number;
}

const READINGS: readonly Reading[] = [
  { name: "nothing received", ack: 0, bits: [], named: [], coveredFrom: 1 },
  { name: "pn 1 alone", ack: 1, bits: [], named: [[1, 1]], coveredFrom: 1 },
  {
    name: "a gap of one",
    ack: 3,
    bits: [1],
    named: [
      [3, 3],
      [1, 1],
    ],
    coveredFrom: 1,
  },
  {
    name: "bit 31 is pn ack - 32",
    ack: 33,
    bits: [31],
    named: [
      [33, 33],
      [1, 1],
    ],
    coveredFrom: 1,
  },
  {
    name: "a full bitmap",
    ack: 100,
    bits: Array.from({ length: 32 }, (_, bit) => bit),
    named: [[68, 100]],
    coveredFrom: 68,
  },
  {
    name: "a range that touches the bitmap",
    ack: 100,
    bits: [31],
    ranges: [[60, 67]],
    named: [
      [100, 100],
      [60, 68],
    ],
    coveredFrom: 60,
  },
  {
    name: "ranges cover down to the lowest first",
    ack: 100,
    bits: [],
    ranges: [
      [50, 67],
      [20, 30],
    ],
    named: [
      [100, 100],
      [50, 67],
      [20, 30],
    ],
    coveredFrom: 20,
  },
  {
    name: "ranges one pn apart",
    ack: 100,
    bits: [],
    ranges: [
      [60, 60],
      [58, 58],
    ],
    named: [
      [100, 100],
      [60, 60],
      [58, 58],
    ],
    coveredFrom: 58,
  },
];

/** What happens at a receiver: a pn arrives, or its peer has acknowledged a packet that reported these. */
type Step = { readonly receive: Range } | { readonly reported: readonly Range[] };

interface Writing {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly ack: number;
  readonly bits: readonly number[];
  readonly ranges: readonly Range[];
}

const EVERY_FOURTH: readonly Step[] = Array.from({ length: 34 }, (_, index) => ({
  receive: [4 * index + 1, 4 * index + 1],
}));
const fourths = (count: number, from: number): Range[] =>
  Array.from({ length: count }, (_, index) => [from - 4 * index, from - 4 * index]);

const WRITINGS: readonly Writing[] = [
  { name: "nothing", steps: [], ack: 0, bits: [], ranges: [] },
  { name: "three in a row", steps: [{ receive: [1, 3] }], ack: 3, bits: [0, 1], ranges: [] },
  {
    name: "a late one fills its gap",
    steps: [{ receive: [1, 1] }, { receive: [3, 3] }, { receive: [2, 2] }],
    ack: 3,
    bits: [0, 1],
    ranges: [],
  },
  {
    name: "what leaves the bitmap becomes a range",
    steps: [{ receive: [1, 2] }, { receive: [40, 40] }],
    ack: 40,
    bits: [],
    ranges: [[1, 2]],
  },
  {
    name: "a range is cut where the bitmap begins",
    steps: [{ receive: [1, 40] }],
    ack: 40,
    bits: Array.from({ length: 32 }, (_, bit) => bit),
    ranges: [[1, 7]],
  },
  {
    name: "what the peer heard of is listed no more",
    steps: [{ receive: [1, 2] }, { reported: [[1, 2]] }, { receive: [40, 40] }],
    ack: 40,
    bits: [],
    ranges: [],
  },
  {
    name: "the bitmap shows what was retired too",
    steps: [{ receive: [1, 3] }, { reported: [[1, 3]] }],
    ack: 3,
    bits: [0, 1],
    ranges: [],
  },
  {
    name: "retiring the middle of a range leaves two",
    steps: [{ receive: [1, 9] }, { receive: [60, 60] }, { reported: [[4, 6]] }],
    ack: 60,
    bits: [],
    ranges: [
      [7, 9],
      [1, 3],
    ],
  },
  {
    name: "the 33rd range is forgotten, and nothing at or below it comes back",
    steps: [...EVERY_FOURTH, { receive: [300, 300] }, { receive: [3, 3] }],
    ack: 300,
    bits: [],
    ranges: fourths(32, 133),
  },
];

export function acknowledgementsFile(): MadeFile {
  return {
    name: "acknowledgements",
    about:
      "`read`: what `ack`, `ack_bits` and ranges name and cover, as runs from first to last. `write`: what is reported after pns arrived and packets that reported some were acknowledged; all in one instant. Negative: to be refused with PROTOCOL by whoever has sent 1,000 packets.",
    vectors: [
      ...READINGS.map(({ name, ack, bits, ranges = [], named, coveredFrom }) => ({
        name,
        kind: "read",
        ack,
        ack_bits: bitmap(bits),
        ranges,
        named,
        covered_from: coveredFrom,
      })),
      ...WRITINGS.map(({ name, steps, ack, bits, ranges }) => ({
        name,
        kind: "write",
        steps: steps.map((step): Json => ({ ...step })),
        ack,
        ack_bits: bitmap(bits),
        ranges,
      })),
    ],
    negative: NEGATIVE,
  };
}

const wrong = (
  name: string,
  requirement: string,
  ack: number,
  ackBits: number,
  ranges: readonly Range[],
): NegativeCase => ({
  name,
  requirement,
  ack,
  ack_bits: ackBits,
  ranges,
  verdict: { close: 1 },
});

const NEGATIVE: readonly NegativeCase[] = [
  wrong("ack 0 with bits", "RX-66", 0, 1, []),
  wrong("ack 0 with a range", "RX-66", 0, 0, [[1, 1]]),
  wrong("a bit for pn 0", "RX-67", 5, 1 << 4, []),
  wrong("a bit below pn 0", "RX-67", 5, 1 << 20, []),
  wrong("ack 32 with bit 31", "RX-67", 32, 0x80000000, []),
  wrong("a range with ack 33", "P-14", 33, 0, [[1, 1]]),
  wrong("first 0", "RX-68", 100, 0, [[0, 3]]),
  wrong("first above last", "RX-68", 100, 0, [[9, 8]]),
  wrong("last within the bitmap", "RX-68", 100, 0, [[60, 68]]),
  wrong("last above ack", "RX-68", 100, 0, [[60, 101]]),
  wrong("ranges that ascend", "RX-69", 100, 0, [
    [10, 12],
    [20, 22],
  ]),
  wrong("ranges that touch", "RX-69", 100, 0, [
    [20, 22],
    [18, 19],
  ]),
  wrong("ranges that overlap", "RX-69", 100, 0, [
    [20, 22],
    [19, 21],
  ]),
  wrong("the same range twice", "RX-69", 100, 0, [
    [20, 22],
    [20, 22],
  ]),
];

function bitmap(bits: readonly number[]): number {
  return bits.reduce((sum, bit) => sum + 2 ** bit, 0);
}
