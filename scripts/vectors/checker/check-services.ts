/** Services of the daemon at both ends of a scripted stream. */
import { testContent } from "../../../contract/test-content.ts";
import { type CryptoPrimitives, encodeUtf8, toHex } from "../../../guest/core/index.ts";
import { BusError } from "../../../guest/bus/sessions/bus-error.ts";
import { receiveBulk, sendBulk } from "../../../guest/services/bulk/bulk-transfer.ts";
import { ControlClient } from "../../../guest/services/control/control-client.ts";
import { EVERY_SERVICE } from "../../../guest/services/every-service.ts";
import { openGate } from "../../../guest/services/gate/gate-client.ts";
import { ContentDigest } from "../../../guest/services/messages/content-digest.ts";
import { StreamReader } from "../../../guest/services/messages/stream-messages.ts";
import type { Service, ServiceContext, ServiceHost } from "../../../guest/services/serving/service.ts";
import { bytesField, type Fields, isFields, listField, numberField, textField } from "./json-fields.ts";
import { ScriptedStream } from "./scripted-stream.ts";
import { differenceOf, type FileChecks, toHexText } from "./vector-check.ts";

const HOST: ServiceHost = { onVerified: () => undefined, status: () => Promise.resolve({}) };
const SINK_BYTES = 6_000;
const SINK_SEED = 9;

export const checkServices: FileChecks = {
  encode: async (vector, crypto) => {
    if (vector["kind"] === "content") return contentDifference(vector, crypto);
    const stream = new ScriptedStream(textField(vector, "stream"), turnsOf(vector, "client"));
    await serve(stream, crypto);
    return differenceOf("what the server sends", joined(stream.written), joined(turnsOf(vector, "server")));
  },
  decode: async (vector, crypto) => {
    if (vector["kind"] === "content") return undefined;
    const stream = new ScriptedStream(textField(vector, "stream"), turnsOf(vector, "server"));
    await ask(stream, crypto);
    return differenceOf("what the client sends", joined(stream.written), joined(turnsOf(vector, "client")));
  },
  refuse: async (negative, crypto) => {
    const stream = new ScriptedStream(textField(negative, "stream"), [bytesField(negative, "bytes")]);
    try {
      await serve(stream, crypto);
      return "is served";
    } catch (error) {
      // serveSession resets a stream whose service throws so.
      return error instanceof BusError && error.code === "BUS_MESSAGE" ? undefined : String(error);
    }
  },
};

function contentDifference(vector: Fields, crypto: CryptoPrimitives): string | undefined {
  const bytes = testContent(numberField(vector, "seed"), 0, numberField(vector, "length"));
  return (
    differenceOf("first_64", toHexText(bytes.subarray(0, 64)), vector["first_64"]) ??
    differenceOf("sha256", toHexText(crypto.sha256(bytes)), vector["sha256"]) ??
    differenceOf("content_digest", toHexText(digestOf(bytes, crypto)), vector["content_digest"])
  );
}

async function serve(stream: ScriptedStream, crypto: CryptoPrimitives): Promise<void> {
  const [service = "", key = ""] = stream.name.split("/");
  const session = { closed: new Promise(() => undefined) };
  const context = { session, crypto, key, report: () => undefined } as unknown as ServiceContext;
  const of = (name: string): Service => EVERY_SERVICE[name as keyof typeof EVERY_SERVICE].create(HOST);
  const asStream = (scripted: ScriptedStream): Parameters<Service>[0] => scripted as unknown as Parameters<Service>[0];
  if (key === "k") void of("sink")(asStream(new ScriptedStream("sink/k", [sinkContent()])), context);
  await of(service)(asStream(stream), context);
}

/** What the daemon's clients say on such a stream. */
async function ask(stream: ScriptedStream, crypto: CryptoPrimitives): Promise<void> {
  switch (stream.name.split("/")[0]) {
    case "control": {
      const client = new ControlClient(stream, crypto);
      for (const text of ["", "hello", "world"]) await client.exchange(encodeUtf8(text));
      return;
    }
    case "bulk": {
      const reader = new StreamReader(stream);
      await sendBulk(stream, reader, { seed: 42, lengthBytes: 5_000 }, crypto);
      await receiveBulk(reader, stream, { seed: 43, lengthBytes: 5_000 }, crypto);
      return;
    }
    case "gate":
      return await openGate(stream as unknown as Parameters<typeof openGate>[0], {
        lengthBytes: SINK_BYTES,
        digest: digestOf(sinkContent(), crypto),
      });
    default:
      return await stream.write(encodeUtf8("hello"));
  }
}

function sinkContent(): Uint8Array {
  return testContent(SINK_SEED, 0, SINK_BYTES);
}

function digestOf(bytes: Uint8Array, crypto: CryptoPrimitives): Uint8Array {
  const digest = new ContentDigest(crypto);
  digest.update(bytes);
  return digest.finish();
}

function turnsOf(vector: Fields, from: string): Uint8Array[] {
  const turns = listField(vector, "turns").filter(isFields);
  return turns.filter((turn) => turn["from"] === from).map((turn) => bytesField(turn, "bytes"));
}

function joined(parts: readonly Uint8Array[]): string {
  return parts.map(toHex).join("");
}
