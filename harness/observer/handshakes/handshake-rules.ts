/** What the observer holds both ends of a handshake to, and where the specification says so. */

const TRANSPORT = "dsoftbus-transport.md";
const PLACES = {
  identity: `${TRANSPORT}#2-device-identity`,
  handshake: `${TRANSPORT}#3-handshake-over-udp`,
  datagrams: `${TRANSPORT}#31-datagrams`,
  params: `${TRANSPORT}#32-params`,
  ids: `${TRANSPORT}#33-session-ids`,
  mac1: `${TRANSPORT}#34-mac1-retry-cookies`,
  repeats: `${TRANSPORT}#35-repeats-deadlines-refusals`,
  anyDatagram: "receiving.md#any-datagram",
  tcp: `${TRANSPORT}#10-tcp-transport`,
  records: "receiving.md#records-of-tcp",
} as const;

interface HandshakeRule {
  readonly requirement: string;
  readonly where: string;
  /** What it holds an end to, in a sentence. */
  readonly text: string;
}

const rule = (requirement: string, place: keyof typeof PLACES, text: string): HandshakeRule => ({
  requirement,
  where: PLACES[place],
  text,
});

export const HANDSHAKE_RULES = {
  "datagram-form": rule("RX-1", "anyDatagram", "Every datagram of a session has a header of the exact form."),
  "handshake-size": rule("H-8", "datagrams", "MSG1, MSG2, MSG3 and RETRY have their one size."),
  "handshake-halves": rule("H-15", "ids", "Halves of a session id are not zero once chosen, zero before."),
  "half-unique": rule("H-15", "ids", "A socket gives each session another half."),
  mac1: rule("H-19", "mac1", "mac1 is made with the static key of the responder that can open MSG1."),
  "ephemeral-small-order": rule("H-2", "handshake", "No ephemeral or static key is a point of small order."),
  "ephemeral-canonical": rule("H-2", "handshake", "An ephemeral key is encoded as X25519 writes it."),
  "ephemeral-fresh": rule("H-56", "repeats", "No ephemeral key serves two handshakes."),
  "message-1-opens": rule("H-1", "handshake", "Message 1 opens under es."),
  "message-2-opens": rule("H-1", "handshake", "Message 2 opens under es and ee."),
  "message-3-opens": rule("H-1", "handshake", "Message 3 opens under es, ee and se."),
  params: rule("H-14", "params", "Params are in range, and name the header's half."),
  "params-kept": rule("H-13", "params", "MSG3's params are those of MSG1."),
  padding: rule("H-14", "params", "Padding is zero."),
  proof: rule("I-5", "identity", "A proof signs the static key that Noise authenticated, for its side."),
  device: rule("I-10", "identity", "A device has the static key that everybody knows of it."),
  "retry-tag": rule("H-26", "mac1", "RETRY's tag is made for a MSG1 of that dial."),
  "retry-cookie": rule("H-25", "mac1", "A cookie is not all zero."),
  "cookie-received": rule("H-27", "mac1", "MSG1 carries no cookie but one that RETRY brought."),
  "cookie-latest": rule("H-27", "mac1", "MSG1 carries the latest cookie that was received."),
  "refused-message-1": rule("H-43", "repeats", "A MSG1 that must be dropped gets no answer."),
  "refused-message-2": rule("H-45", "repeats", "A MSG2 that must be dropped or ends the dial gets no MSG3."),
  "refused-message-3": rule("H-46", "repeats", "A refused initiator gets one sealed CLOSE that tells nothing else."),
  "message-3-repeated": rule("H-36", "repeats", "MSG3 is repeated byte for byte."),
  "repeats-spaced": rule("H-35", "repeats", "MSG1 and MSG3 are repeated no sooner than the schedule says."),
  "packet-too-early": rule(
    "H-36",
    "repeats",
    "Before MSG3 nobody sends packets, and the initiator none before it heard one.",
  ),
  "handshake-deadline": rule("H-35", "repeats", "A dial that isn't through after ten seconds is given up."),
  "answers-provoked": rule("H-22", "mac1", "Each message of a handshake gets one answer at most."),
  "tcp-lengths": rule("T-7", "tcp", "Messages of the handshake over TCP have their one length."),
  "tcp-record": rule("RX-95", "records", "Records have a length in range and open in their order."),
  "tcp-overlap": rule("T-2", "tcp", "What TCP sends again is what it sent before."),
} as const satisfies Record<string, HandshakeRule>;

export type HandshakeRuleName = keyof typeof HANDSHAKE_RULES;

/** Where something stands: capture, and packet number in it, from 1. */
export interface SeenAt {
  readonly file: string;
  readonly number: number;
}

export interface HandshakeFrame extends SeenAt {
  readonly message: "MSG1" | "RETRY" | "MSG2" | "MSG3";
}

export interface HandshakeFinding extends SeenAt {
  readonly rule: HandshakeRuleName;
  readonly end: "initiator" | "responder";
  /** Of the accused, where it is known: address and port. */
  readonly socket?: string;
  readonly text: string;
  /** Id of the rule in the specification, and where it stands. */
  readonly requirement: string;
  readonly where: string;
}
