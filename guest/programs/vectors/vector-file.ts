/**
 * Noise test vectors in the public JSON shape (cacophony, snow and others): `{"vectors": [...]}`, a bare array, or one bare
 * object. Only what Noise_XK_25519_ChaChaPoly_BLAKE2s needs is read; other fields are ignored.
 */
import { fromHex } from "../../core/index.ts";

export interface VectorMessage {
  readonly payload: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export interface VectorSide {
  readonly prologue: Uint8Array;
  readonly staticSecret: Uint8Array;
  readonly ephemeralSecret: Uint8Array;
}

export interface NoiseVector {
  /** Where it stands, for messages: `noise-xk.json: vectors[3]`. */
  readonly place: string;
  readonly initiator: VectorSide;
  /** The responder's static public key as the initiator knows it; undefined if the file leaves it to be derived. */
  readonly initiatorRemoteStatic: Uint8Array | undefined;
  readonly responder: VectorSide;
  readonly handshakeHash: Uint8Array | undefined;
  readonly messages: readonly VectorMessage[];
}

/** A file that can't be read as vectors: says which file and which field. */
export class VectorFileError extends Error {
  readonly code = "VECTOR_FILE";

  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`);
    this.name = "VectorFileError";
  }
}

/**
 * @param file its name, for messages
 * @returns the vectors of that protocol; those of others are passed over
 * @throws VectorFileError
 */
export function parseVectorFile(file: string, text: string, protocolName: string): NoiseVector[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new VectorFileError(file, `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const [list, prefix] = listOf(file, json);
  const vectors: NoiseVector[] = [];
  list.forEach((entry, index) => {
    const place = prefix === "" ? file : `${file}: ${prefix}[${index}]`;
    if (!isRecord(entry)) throw new VectorFileError(place, "a vector must be an object");
    if (nameOf(place, entry) === protocolName) vectors.push(parseVector(place, entry));
  });
  return vectors;
}

function listOf(file: string, json: unknown): readonly [readonly unknown[], string] {
  if (Array.isArray(json)) return [json, "vector"];
  if (!isRecord(json)) throw new VectorFileError(file, "neither an object nor an array");
  if (!("vectors" in json)) return [[json], ""];
  if (!Array.isArray(json["vectors"])) throw new VectorFileError(`${file}: vectors`, "must be an array");
  return [json["vectors"], "vectors"];
}

/** `name` is the protocol in older files, a title beside `protocol_name` in newer ones. */
function nameOf(place: string, vector: Record<string, unknown>): string {
  const name = vector["protocol_name"] ?? vector["name"];
  if (typeof name !== "string") throw new VectorFileError(`${place}.protocol_name`, "missing, or not a string");
  return name;
}

function parseVector(place: string, vector: Record<string, unknown>): NoiseVector {
  const messages = vector["messages"];
  if (!Array.isArray(messages)) throw new VectorFileError(`${place}.messages`, "missing, or not an array");
  return {
    place,
    initiator: parseSide(place, vector, "init"),
    initiatorRemoteStatic: optionalHex(place, vector, "init_remote_static", 32),
    responder: parseSide(place, vector, "resp"),
    handshakeHash: optionalHex(place, vector, "handshake_hash", 32),
    messages: messages.map((message: unknown, index) => {
      const at = `${place}.messages[${index}]`;
      if (!isRecord(message)) throw new VectorFileError(at, "a message must be an object");
      return { payload: requiredHex(at, message, "payload"), ciphertext: requiredHex(at, message, "ciphertext") };
    }),
  };
}

function parseSide(place: string, vector: Record<string, unknown>, side: "init" | "resp"): VectorSide {
  return {
    prologue:
      optionalHex(place, vector, `${side}_prologue`) ?? optionalHex(place, vector, "prologue") ?? new Uint8Array(0),
    staticSecret: requiredHex(place, vector, `${side}_static`, 32),
    ephemeralSecret: requiredHex(place, vector, `${side}_ephemeral`, 32),
  };
}

function requiredHex(place: string, from: Record<string, unknown>, field: string, lengthBytes?: number): Uint8Array {
  const value = optionalHex(place, from, field, lengthBytes);
  if (value === undefined) throw new VectorFileError(`${place}.${field}`, "missing");
  return value;
}

function optionalHex(
  place: string,
  from: Record<string, unknown>,
  field: string,
  lengthBytes?: number,
): Uint8Array | undefined {
  const text = from[field];
  if (text === undefined || text === null) return undefined;
  const bytes = typeof text === "string" ? fromHex(text) : undefined;
  if (bytes === undefined) throw new VectorFileError(`${place}.${field}`, "must be a string of hex digits");
  if (lengthBytes !== undefined && bytes.length !== lengthBytes) {
    throw new VectorFileError(`${place}.${field}`, `must have ${lengthBytes} bytes and has ${bytes.length}`);
  }
  return bytes;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
