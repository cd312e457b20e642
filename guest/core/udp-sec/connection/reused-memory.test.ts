/** An endpoint's memory for datagrams may be used again as soon as `poll` has returned one: what waits longer lies elsewhere. */
import { expect, test } from "vitest";
import { ByteWriter } from "../../bytes/writer.ts";
import type { DatagramMemory } from "../packet/datagram-slab.ts";
import { Connection } from "./connection.ts";
import { setupFor } from "./connection-pair.fixture.ts";
import { ForgedPeer } from "./forged-peer.fixture.ts";

/** The same bytes for every datagram. */
class OneDatagram implements DatagramMemory {
  readonly plaintext = new ByteWriter(1200);
  readonly #bytes = new Uint8Array(1200);

  take(lengthBytes: number): Uint8Array {
    return this.#bytes.subarray(0, lengthBytes);
  }
}

test("acknowledgements that were made within a batch stay as they were sealed", () => {
  const connection = new Connection({ ...setupFor("initiator"), memory: new OneDatagram() });
  const peer = new ForgedPeer();
  for (let count = 0; count < 70; count += 1) connection.receive(peer.ping(), 5);
  const acknowledged: number[] = [];
  for (let datagram = connection.poll(5); datagram !== undefined; datagram = connection.poll(5)) {
    acknowledged.push(peer.read(datagram).header.ack);
  }
  expect(acknowledged).toEqual([32, 64, 70]);
});

test("the answer to the peer's CLOSE stays as it was sealed, whatever another connection sends first", () => {
  const memory = new OneDatagram();
  const connection = new Connection({ ...setupFor("initiator"), memory });
  const other = new Connection({ ...setupFor("responder"), memory });
  const peer = new ForgedPeer();
  connection.receive(peer.close(0, ""), 5);
  other.sendPing(5);
  expect(other.poll(5)).toBeDefined();
  const answer = connection.poll(5);
  expect(answer === undefined ? undefined : peer.read(answer).content.type).toBe("close");
});
