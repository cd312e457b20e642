/** The rooms of the core as `npm run -s mutate` knows them: what is changed, and which tests should notice. */

export interface MutationRoom {
  readonly name: string;
  /** Patterns of files. */
  readonly code: readonly string[];
  readonly tests: readonly string[];
  /** Of these tests, those that take seconds: each survivor would run them all. The score without them is the lower one. */
  readonly slowTests: readonly string[];
  readonly minimumPercent: number;
}

const CORE = "guest/core";
const UDP_SEC = "guest/core/udp-sec";
const MINIMUM_PERCENT = 85;
/** Where keys are handled. */
const MINIMUM_WITH_KEYS_PERCENT = 95;

const SLOW_TESTS = [
  `${CORE}/tcp-sec/tcp-sec-cutting.test.ts`,
  `${CORE}/mux/mux-bounds.test.ts`,
  `${CORE}/mux/mux-growth.test.ts`,
  `${UDP_SEC}/connection/connection-transfer.test.ts`,
  `${UDP_SEC}/connection/optimistic-delivered.test.ts`,
  `${UDP_SEC}/endpoint/endpoint-bounds.test.ts`,
  `${UDP_SEC}/endpoint/endpoint-hostile.test.ts`,
];

/** @param neighbours folders whose tests run this room's code too, where its own say little of it */
function roomAt(folder: string, neighbours: readonly string[] = [], minimumPercent = MINIMUM_PERCENT): MutationRoom {
  return {
    name: folder === CORE ? "root" : folder.slice(folder.lastIndexOf("/") + 1),
    code: [`${folder}/*.ts`],
    tests: [folder, ...neighbours].map((tested) => `${tested}/*.test.ts`),
    slowTests: SLOW_TESTS,
    minimumPercent,
  };
}

/** In this order `--room all` goes through them: small ones first. */
export const MUTATION_ROOMS: readonly MutationRoom[] = [
  roomAt(`${CORE}/noise`, [], MINIMUM_WITH_KEYS_PERCENT),
  roomAt(`${CORE}/crypto`, ["guest/node/crypto"], MINIMUM_WITH_KEYS_PERCENT),
  roomAt(`${CORE}/identity`, [], MINIMUM_WITH_KEYS_PERCENT),
  roomAt(`${UDP_SEC}/congestion`),
  roomAt(`${UDP_SEC}/stream`),
  roomAt(`${CORE}/bytes`),
  roomAt(`${CORE}/selection`),
  roomAt(`${CORE}/discovery`),
  roomAt(`${CORE}/qlog`),
  roomAt(`${UDP_SEC}/packet`),
  roomAt(`${UDP_SEC}/recovery`),
  roomAt(CORE, [`${UDP_SEC}/endpoint`]),
  roomAt(`${UDP_SEC}/handshake`, [`${UDP_SEC}/endpoint`]),
  roomAt(`${CORE}/tcp-sec`),
  roomAt(`${CORE}/mux`),
  roomAt(`${UDP_SEC}/endpoint`),
  roomAt(`${UDP_SEC}/connection`, [`${UDP_SEC}/endpoint`]),
];
