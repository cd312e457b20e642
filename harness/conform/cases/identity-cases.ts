/** Device identity: proofs that look right (dsoftbus-transport.md#2-device-identity). */
import { join, littleEndian, numberOf, zeros } from "../../observer/crypto/bytes.ts";
import { proofOf } from "../../observer/crypto/device.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import type { ListeningCase } from "../stage/conform-case.ts";
import { isRefused } from "./handshake-steps.ts";

const KEY_BYTES = 32;
/** Of the group of Ed25519 (RFC 8032, 5.1). */
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const P = 2n ** 255n - 19n;

const refused = (
  id: ListeningCase["id"],
  requirements: ListeningCase["requirements"],
  sends: string,
  proof: Parameters<typeof isRefused>[1],
): ListeningCase => ({
  ...{ id, requirements, sends, over: "udp", target: "listens" },
  must: "answer with one sealed CLOSE AUTH without a reason",
  run: async (stage) => void (await isRefused(stage, proof)),
});

/** @returns a proof whose S is as large as can be written for the same S modulo the order */
function withLargeS(proof: Uint8Array): Uint8Array {
  const at = proof.length - KEY_BYTES;
  return join(proof.subarray(0, at), littleEndian(numberOf(proof.subarray(at)) + GROUP_ORDER, KEY_BYTES));
}

export const IDENTITY_CASES: readonly ListeningCase[] = [
  {
    id: "2/answers-as-itself",
    requirements: ["I-7", "I-1", "I-2", "I-3", "I-4", "I-5", "I-10", "H-1"],
    sends: "a MSG1 as it should be leaves for the device of the identity file",
    must: "answer with a MSG2 that opens, whose proof verifies over its static key and is that device's",
    over: "udp",
    target: "listens",
    run: async (stage) => {
      const dial = await stage.raw();
      await dial.second();
    },
  },
  refused(
    "2/public-key-of-small-order",
    ["I-8", "RX-46"],
    "MSG3's proof shows a public key of small order (y = 1) and a signature that a lax verifier takes",
    // R = the neutral element, S = 0: [S]B = R + [k]A holds for an A of order 1.
    () => join(Uint8Array.of(1), zeros(KEY_BYTES - 1), Uint8Array.of(1), zeros(KEY_BYTES - 1), zeros(KEY_BYTES)),
  ),
  refused(
    "2/public-key-of-small-order-with-sign",
    ["I-8", "RX-46"],
    "MSG3's proof shows the point of order 2 (y = -1), its sign bit set, and a signature of zeros",
    () =>
      join(littleEndian((P - 1n) | (1n << 255n), KEY_BYTES), Uint8Array.of(1), zeros(KEY_BYTES - 1), zeros(KEY_BYTES)),
  ),
  refused("2/public-key-not-canonical", ["I-8", "RX-46"], "MSG3's proof shows y = 2^255 - 18, which stands for 1", () =>
    join(littleEndian(P + 1n, KEY_BYTES), Uint8Array.of(1), zeros(KEY_BYTES - 1), zeros(KEY_BYTES)),
  ),
  refused(
    "2/signature-above-the-group-order",
    ["I-8", "RX-46"],
    "MSG3's signature has the group's order added to its S",
    ({ self }) => withLargeS(proofOf(self, "client")),
  ),
  refused(
    "2/proof-over-another-static-key",
    ["I-9", "RX-46"],
    "MSG3's proof is signed by the right device, over a static key that is not the one of this handshake",
    ({ self, stranger }) => proofOf(self, "client", stranger.staticPublicKey),
  ),
  {
    id: "2/one-refusal-is-like-another",
    requirements: ["H-57", "H-46", "H-49", "I-12"],
    sends: "one MSG3 has a bad signature, another a good one of a device that nobody lists",
    must: "answer both with the same plaintext: sixteen zeros, AUTH, no reason",
    over: "udp",
    target: "listens",
    run: async (stage) => {
      const { self, stranger } = stage.setup;
      const bad = await isRefused(stage, () => withLargeS(proofOf(self, "client")));
      const unknown = await isRefused(stage, () => proofOf(stranger, "client"), stranger);
      demand(Buffer.compare(bad, unknown) === 0, "two refusals differ in what they say");
    },
  },
];
