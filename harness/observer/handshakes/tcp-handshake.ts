/** The handshake over one TCP connection as one tap saw it, and the records behind it (dsoftbus-transport.md#10-tcp-transport). */
import { hex, join } from "../crypto/bytes.ts";
import { open } from "../crypto/primitives.ts";
import { KEY_BYTES } from "../keys/x25519-point.ts";
import {
  type FirstMessage,
  openFirstMessage,
  openSecondMessage,
  openThirdMessage,
  type SecondMessage,
} from "../noise/passive-xk.ts";
import { findingOf, type HandshakeContext } from "./handshake-context.ts";
import type { HandshakeFinding, HandshakeRuleName } from "./handshake-rules.ts";
import { checkInitiator, checkResponder, type CheckedIdentity } from "./identity-check.ts";
import { checkEphemeral, tellStranger } from "./open-dial.ts";
import type { HandshakeFrame } from "./handshake-rules.ts";
import type { OpenedHandshake } from "./opened-handshake.ts";
import type { SeenDatagram } from "./seen-datagram.ts";
import type { TcpPiece } from "./tcp-stream.ts";

export const TCP_PROLOGUE = "dsoftbus tcp v1";
export const MESSAGE_BYTES = { first: 48, second: 144, third: 160 };
const LENGTH_BYTES = 2;
const LEAST_RECORD_BYTES = 17;
/** CLOSE with code AUTH and no reason. */
const CLOSE_AUTH = "020300";

type TcpEnd = HandshakeFinding["end"];

export interface OpenedRecord {
  readonly file: string;
  readonly number: number;
  readonly atUs: number;
  readonly sender: TcpEnd;
  readonly place: "sent" | "delivered";
  readonly plaintext: Uint8Array;
}

export interface TcpSide {
  /** Its socket. */
  readonly initiator: string;
  readonly responder: string;
  /** Whose packets are seen where they leave; undefined: nobody's, the tap is somewhere on the path. */
  readonly owner: TcpEnd | undefined;
}

/** `foreign`: no handshake of ours. `stuck`: nothing more can be read in that direction. */
type Stage = "first" | "second" | "third" | "open" | "foreign";

interface Direction {
  buffer: Uint8Array;
  records: number;
  isStuck: boolean;
}

export class SeenTcpHandshake {
  readonly #context: HandshakeContext;
  readonly #side: TcpSide;
  readonly #tapped: () => Readonly<Record<TcpEnd, boolean>>;
  readonly #onRecord: (handshake: OpenedHandshake, record: OpenedRecord) => void;
  readonly #directions: Readonly<Record<TcpEnd, Direction>> = {
    initiator: emptyDirection(),
    responder: emptyDirection(),
  };
  readonly #frames: HandshakeFrame[] = [];
  #stage: Stage = "first";
  #startedUs = 0;
  #first: FirstMessage | undefined;
  #second: (SecondMessage & { readonly identity: CheckedIdentity }) | undefined;
  #handshake: OpenedHandshake | undefined;

  constructor(
    context: HandshakeContext,
    side: TcpSide,
    tapped: () => Readonly<Record<TcpEnd, boolean>>,
    onRecord: (handshake: OpenedHandshake, record: OpenedRecord) => void,
  ) {
    this.#context = context;
    this.#side = side;
    this.#tapped = tapped;
    this.#onRecord = onRecord;
  }

  get handshake(): OpenedHandshake | undefined {
    return this.#handshake;
  }

  /** Message 1 opened: it is a connection of ours. */
  get isOurs(): boolean {
    return this.#first !== undefined;
  }

  /** Bytes of a record, or a message, that isn't whole. Of what follows a broken one nobody can say. */
  partialBytes(sender: TcpEnd): number {
    const { isStuck, buffer } = this.#directions[sender];
    return isStuck ? 0 : buffer.length;
  }

  take(sender: TcpEnd, piece: TcpPiece): void {
    const direction = this.#directions[sender];
    if (direction.isStuck || this.#stage === "foreign") return;
    direction.buffer = direction.buffer.length === 0 ? piece.bytes : join(direction.buffer, piece.bytes);
    // What one message opens may let the other side's bytes, which came before, be read.
    while (this.#step("initiator", piece) || this.#step("responder", piece));
  }

  #step(sender: TcpEnd, piece: TcpPiece): boolean {
    const direction = this.#directions[sender];
    if (direction.isStuck || this.#stage === "foreign") return false;
    const due = { first: "initiator", second: "responder", third: "initiator", open: sender }[this.#stage];
    if (due !== sender || direction.buffer.length < LENGTH_BYTES) return false;
    const length = (direction.buffer[0] ?? 0) | ((direction.buffer[1] ?? 0) << 8);
    if (this.#stage !== "open" && length !== MESSAGE_BYTES[this.#stage])
      return this.#wrongLength(sender, length, piece);
    if (this.#stage === "open" && length < LEAST_RECORD_BYTES)
      return this.#stop(sender, piece, "tcp-record", `a record of ${length} bytes`, "RX-94");
    const end = LENGTH_BYTES + length;
    if (direction.buffer.length < end) return false;
    const bytes = direction.buffer.subarray(LENGTH_BYTES, end);
    direction.buffer = direction.buffer.subarray(end);
    switch (this.#stage) {
      case "first":
        return this.#takeFirst(bytes, piece);
      case "second":
        return this.#takeSecond(bytes, piece);
      case "third":
        return this.#takeThird(bytes, piece);
      case "open":
        return this.#takeRecord(sender, bytes, piece);
    }
  }

  #takeFirst(message: Uint8Array, piece: TcpPiece): boolean {
    const { secrets } = this.#context;
    const ephemeral = message.subarray(0, KEY_BYTES);
    const seen = this.#seen("initiator", piece);
    const results = [...secrets.staticKeys.values()].map((key) =>
      openFirstMessage(TCP_PROLOGUE, key, message, (one, other) => secrets.shared(one, other)),
    );
    const first = results.find((result) => result.kind === "opened");
    if (first?.kind !== "opened") {
      this.#stage = "foreign";
      // Any connection may begin so: only who is known to be ours is asked.
      const isOurs = secrets.knows(ephemeral) && seen.place === "sent";
      if (isOurs) tellStranger(this.#context, seen, ephemeral, "message 1 over TCP");
      else if (results.length > 0)
        this.#context.unjudged("a TCP connection whose message 1 opens for nobody known", piece);
      return false;
    }
    this.#first = first;
    this.#startedUs = piece.atUs;
    this.#note("MSG1", piece);
    checkEphemeral(this.#context, seen, "initiator", ephemeral, message);
    this.#stage = "second";
    return true;
  }

  #takeSecond(message: Uint8Array, piece: TcpPiece): boolean {
    const { secrets } = this.#context;
    if (this.#first === undefined) return false;
    const seen = this.#seen("responder", piece);
    const second = openSecondMessage(this.#first, message, (one, other) => secrets.shared(one, other));
    if (second.kind !== "opened") return this.#shut("responder", second.kind, "message-2-opens", "message 2", piece);
    this.#note("MSG2", piece);
    checkEphemeral(this.#context, seen, "responder", second.responderEphemeral, message);
    const identity = checkResponder(this.#context, this.#first.responderStatic, second.payload, seen);
    this.#second = { ...second, identity };
    this.#stage = "third";
    return true;
  }

  #takeThird(message: Uint8Array, piece: TcpPiece): boolean {
    const { secrets, report } = this.#context;
    const first = this.#first;
    const second = this.#second;
    if (first === undefined || second === undefined) return false;
    const third = openThirdMessage(second, message, (one, other) => secrets.shared(one, other));
    if (third.kind !== "opened") return this.#shut("initiator", third.kind, "message-3-opens", "message 3", piece);
    this.#note("MSG3", piece);
    const seen = this.#seen("initiator", piece);
    const { refusal } = second.identity;
    if (refusal !== undefined)
      report(
        findingOf(
          "refused-message-2",
          "initiator",
          `message 3 after a message 2 that is to be refused: ${refusal}`,
          seen,
          "T-12",
        ),
      );
    const initiator = checkInitiator(
      this.#context,
      second.identity.deviceId,
      third.initiatorStatic,
      third.payload,
      seen,
    );
    const tapped = this.#tapped();
    const end = (name: TcpEnd, staticKey: Uint8Array, ephemeral: Uint8Array, deviceId: string | undefined) => ({
      socket: this.#side[name],
      staticKey: hex(staticKey),
      ephemeralKey: hex(ephemeral),
      deviceId,
      params: undefined,
      tapped: tapped[name],
    });
    this.#handshake = {
      transport: "tcp",
      initiator: end("initiator", third.initiatorStatic, first.initiatorEphemeral, initiator.deviceId),
      responder: end("responder", first.responderStatic, second.responderEphemeral, second.identity.deviceId),
      sessionId: undefined,
      handshakeHash: hex(third.handshakeHash),
      initiatorKey: third.initiatorKey,
      responderKey: third.responderKey,
      refusal: initiator.refusal,
      frames: this.#frames,
      atUs: piece.atUs,
      startedUs: this.#startedUs,
    };
    this.#stage = "open";
    this.#context.opened(this.#handshake);
    return true;
  }

  #takeRecord(sender: TcpEnd, sealed: Uint8Array, piece: TcpPiece): boolean {
    const handshake = this.#handshake;
    const direction = this.#directions[sender];
    if (handshake === undefined) return false;
    const key = sender === "initiator" ? handshake.initiatorKey : handshake.responderKey;
    const plaintext = open(key, direction.records, new Uint8Array(), sealed);
    if (plaintext === undefined)
      return this.#stop(sender, piece, "tcp-record", `record ${direction.records} doesn't open`, "RX-95");
    direction.records += 1;
    if (handshake.refusal !== undefined) this.#judgeRefusal(sender, plaintext, piece);
    const { file, number, atUs } = piece;
    for (const place of this.#places(sender))
      this.#onRecord(handshake, { file, number, atUs, sender, place, plaintext });
    return true;
  }

  /** What a refused initiator may be told, in the place of ACCEPT. */
  #judgeRefusal(sender: TcpEnd, plaintext: Uint8Array, piece: TcpPiece): void {
    if (sender === "initiator" || this.#side.owner !== sender) return;
    if (this.#directions.responder.records === 1 && hex(plaintext) === CLOSE_AUTH) return;
    const refusal = this.#handshake?.refusal ?? "";
    const text = `the initiator is to be refused (${refusal}), but this is not the one CLOSE that tells it so`;
    this.#context.report(findingOf("refused-message-3", sender, text, this.#seen(sender, piece), "T-11"));
  }

  #wrongLength(sender: TcpEnd, length: number, piece: TcpPiece): boolean {
    if (this.#stage === "first") {
      this.#stage = "foreign";
      return false;
    }
    return this.#stop(sender, piece, "tcp-lengths", `a message of ${length} bytes`, "RX-90");
  }

  #shut(sender: TcpEnd, kind: string, rule: HandshakeRuleName, name: string, piece: TcpPiece): boolean {
    if (kind === "unknown") {
      this.#directions[sender].isStuck = true;
      this.#context.unjudged(`${name} over TCP whose secrets are not known`, piece);
      return false;
    }
    return this.#stop(sender, piece, rule, `${name} over TCP doesn't open`, kind === "small-order" ? "H-2" : "RX-91");
  }

  #stop(sender: TcpEnd, piece: TcpPiece, rule: HandshakeRuleName, text: string, requirement: string): boolean {
    this.#directions[sender].isStuck = true;
    if (this.#side.owner === sender)
      this.#context.report(findingOf(rule, sender, text, this.#seen(sender, piece), requirement));
    return false;
  }

  #places(sender: TcpEnd): readonly OpenedRecord["place"][] {
    const { owner } = this.#side;
    return owner === undefined ? ["sent", "delivered"] : [owner === sender ? "sent" : "delivered"];
  }

  #seen(sender: TcpEnd, { file, number, atUs }: TcpPiece): SeenDatagram {
    const { initiator, responder, owner } = this.#side;
    const [from, to] = sender === "initiator" ? [initiator, responder] : [responder, initiator];
    const place = owner === sender ? "sent" : "delivered";
    return { file, number, atUs, from, to, place, isTapped: owner !== undefined, bytes: new Uint8Array() };
  }

  #note(message: HandshakeFrame["message"], { file, number }: TcpPiece): void {
    this.#frames.push({ file, number, message });
  }
}

function emptyDirection(): Direction {
  return { buffer: new Uint8Array(), records: 0, isStuck: false };
}
