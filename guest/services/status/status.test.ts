import { expect, test } from "vitest";
import { encodeUtf8 } from "../../core/index.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";
import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import { writeMessage } from "../messages/stream-messages.ts";
import { askForStatus } from "./status-client.ts";

/** A peer that answers with this one message. */
async function answering(text: string): Promise<BusStream> {
  const pieces: Uint8Array[] = [];
  await writeMessage({ write: async (bytes) => void pieces.push(bytes) }, encodeUtf8(text));
  return { finish: () => undefined, read: async () => pieces.shift() } as unknown as BusStream;
}

// Requirement: V-9
test("a status is an object", async () => {
  expect(await askForStatus(await answering('{"state":"serving"}'))).toEqual({ state: "serving" });
});

test.each(["{", "", "null", "7", "undefined"])("%j from the peer is a BusError", async (text) => {
  const error = await askForStatus(await answering(text)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BusError);
  expect(error).toMatchObject({ code: "BUS_MESSAGE" });
});
