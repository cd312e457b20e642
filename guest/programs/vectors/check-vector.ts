/** Plays one vector through both roles and compares every byte that it gives. */
import { type CipherState, type CryptoPrimitives, HandshakeState, toHex, type X25519Key } from "../../core/index.ts";
import type { NoiseVector, VectorMessage, VectorSide } from "./vector-file.ts";

const HANDSHAKE_MESSAGES = 3;
const NOTHING = new Uint8Array(0);

interface Sides {
  readonly initiator: HandshakeState;
  readonly responder: HandshakeState;
}

/** @returns what does not match, or undefined if all of it does */
export function checkVector(crypto: CryptoPrimitives, vector: NoiseVector): string | undefined {
  if (vector.messages.length < HANDSHAKE_MESSAGES) {
    return `has ${vector.messages.length} messages: a handshake of this protocol has ${HANDSHAKE_MESSAGES}`;
  }
  try {
    const sides = makeSides(crypto, vector);
    return checkHandshake(sides, vector) ?? checkTransport(sides, vector);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function makeSides(crypto: CryptoPrimitives, vector: NoiseVector): Sides {
  const key = (side: VectorSide): X25519Key => crypto.x25519Key(side.staticSecret);
  const { initiator, responder } = vector;
  const responderKey = key(responder);
  return {
    initiator: new HandshakeState({
      crypto,
      role: "initiator",
      prologue: initiator.prologue,
      staticKey: key(initiator),
      ephemeralSecret: initiator.ephemeralSecret,
      remoteStaticPublicKey: vector.initiatorRemoteStatic ?? responderKey.publicKey,
    }),
    responder: new HandshakeState({
      crypto,
      role: "responder",
      prologue: responder.prologue,
      staticKey: responderKey,
      ephemeralSecret: responder.ephemeralSecret,
    }),
  };
}

function checkHandshake({ initiator, responder }: Sides, vector: NoiseVector): string | undefined {
  for (const [index, message] of vector.messages.slice(0, HANDSHAKE_MESSAGES).entries()) {
    const [writer, reader] = index % 2 === 0 ? [initiator, responder] : [responder, initiator];
    const problem = compare(
      index,
      message,
      () => writer.writeMessage(message.payload),
      () => reader.readMessage(message.ciphertext),
    );
    if (problem !== undefined) return problem;
  }
  for (const side of [initiator, responder]) {
    const hash = toHex(side.getHandshakeHash());
    if (vector.handshakeHash !== undefined && hash !== toHex(vector.handshakeHash)) {
      return `handshake hash is ${hash}, expected ${toHex(vector.handshakeHash)}`;
    }
  }
  return undefined;
}

/** Turns go on after the handshake: the next message is the responder's. */
function checkTransport({ initiator, responder }: Sides, vector: NoiseVector): string | undefined {
  const ciphers = { initiator: initiator.split(), responder: responder.split() };
  for (const [index, message] of vector.messages.entries()) {
    if (index < HANDSHAKE_MESSAGES) continue;
    const [writer, reader]: [CipherState, CipherState] =
      index % 2 === 0
        ? [ciphers.initiator.send, ciphers.responder.receive]
        : [ciphers.responder.send, ciphers.initiator.receive];
    const problem = compare(
      index,
      message,
      () => writer.encryptWithAd(NOTHING, message.payload),
      () => reader.decryptWithAd(NOTHING, message.ciphertext),
    );
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function compare(
  index: number,
  message: VectorMessage,
  write: () => Uint8Array,
  read: () => Uint8Array,
): string | undefined {
  const written = toHex(write());
  if (written !== toHex(message.ciphertext)) return `message ${index + 1}: what is written differs from \`ciphertext\``;
  const payload = toHex(read());
  if (payload !== toHex(message.payload)) return `message ${index + 1}: what is read differs from \`payload\``;
  return undefined;
}
