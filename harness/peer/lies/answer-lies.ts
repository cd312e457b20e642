/** Lies of a peer that the guest has dialled. */
import { proofOf } from "../../observer/crypto/device.ts";
import { patched, zeros } from "../../observer/crypto/bytes.ts";
import { KEY_BYTES } from "../../observer/keys/x25519-point.ts";
import { UDP_SEC_HEADER_BYTES } from "../../observer/wire/udp-header.ts";
import { HONEST_SERVICES } from "../services/all-services.ts";
import { controlServer, withWrongDigest } from "../services/control-peer.ts";
import type { AnsweredLie } from "./lie.ts";

const CANCELLED = 0;

export const ANSWER_LIES = {
  "control-reply-with-another-digest": {
    by: "responder",
    text: "a reply doesn't carry the digest of its request",
    breaks: "service-control",
    guestMust: "reset the stream, and keep the session",
    requirement: "V-20",
    services: { ...HONEST_SERVICES, control: controlServer(withWrongDigest) },
    check: async (open) => {
      const stream = await open.session.changes.until("the guest's greeting", () => open.mux.streamNamed("control"));
      await stream.isReset(CANCELLED);
      await open.isAlive();
    },
  },
  "answer-of-another-device": {
    by: "responder",
    text: "MSG2 carries a good proof of another device than the guest has dialled",
    breaks: "device",
    guestMust: "give the dial up with AUTH and send nothing",
    requirement: "RX-33",
    shows: "dialled-device",
    changes: ({ setup: { self, stranger } }) => ({ proof2: proofOf(stranger, "server", self.staticPublicKey) }),
  },
  "answer-of-small-order": {
    by: "responder",
    text: "MSG2's ephemeral key is a point of small order",
    breaks: "ephemeral-small-order",
    guestMust: "drop MSG2, and take the right one that comes later",
    requirement: "H-2",
    check: (open) => open.isAlive(),
    changes: () => ({ msg2: (datagram) => patched(datagram, UDP_SEC_HEADER_BYTES, zeros(KEY_BYTES)) }),
  },
} as const satisfies Readonly<Record<string, AnsweredLie>>;
