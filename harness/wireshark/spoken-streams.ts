import { BytesInOrder } from "../observer/follow/stream-window.ts";
import { MuxByteReader, type SeenFrame } from "../observer/wire/mux-stream-frames.ts";
import { readPacketContent } from "../observer/wire/packet-content.ts";
import { readPacketFields } from "../observer/wire/packet-fields.ts";
import type { TcpRecordBody } from "../observer/wire/tcp-record.ts";

/** What one end of a session says, in words: each packet or record, and the frames of the mux that are whole with it. */
export class SpokenStreams {
  readonly #order = new BytesInOrder();
  #words: string[] = [];
  readonly #reader = new MuxByteReader((frame) => this.#words.push(wordsOf(frame)));
  #hasToldRejected = false;

  /** @param datagram sealed @param plaintext what opened of it */
  packet(datagram: Uint8Array, plaintext: Uint8Array): string[] {
    const fields = readPacketFields(datagram).value;
    if (fields === undefined) return [];
    const { value, malformed } = readPacketContent(fields, plaintext);
    if (value === undefined) return [`malformed: ${malformed.text}`];
    switch (value.body.kind) {
      case "DATA": {
        const { offset, bytes, fin } = value.body;
        const behind = this.#order.end >= offset + bytes.length && bytes.length > 0;
        const mux = this.#order.put(offset, bytes).flatMap((ready) => this.#push(ready));
        return [...(behind ? ["again"] : []), ...joined(mux), ...(fin ? ["FIN"] : [])];
      }
      case "CLOSE":
        return [closeWords(value.body)];
      case "ACK":
      case "PING":
        return [];
    }
  }

  /** Records come in their order. */
  record(record: TcpRecordBody): string[] {
    if (record.kind === "DATA") return joined(this.#push(record.bytes));
    return [record.kind === "CLOSE" ? closeWords(record) : record.kind];
  }

  #push(bytes: Uint8Array): string[] {
    this.#words = [];
    this.#reader.push(bytes);
    const { rejected } = this.#reader;
    if (rejected !== undefined && !this.#hasToldRejected) {
      this.#hasToldRejected = true;
      this.#words.push(`no mux frame: ${rejected.text}`);
    }
    return this.#words;
  }
}

/** Parts of one DATA frame follow each other; a line each would say little. */
function joined(words: readonly string[]): string[] {
  return words.filter((word, at) => word !== words[at - 1]);
}

function closeWords({ code, reason }: { readonly code: number; readonly reason: string }): string {
  return reason === "" ? `CLOSE ${code}` : `CLOSE ${code} ${JSON.stringify(reason)}`;
}

function wordsOf(frame: SeenFrame): string {
  const head = `${frame.type} ${frame.streamId}`;
  switch (frame.type) {
    case "OPEN":
      return `${head} ${JSON.stringify(frame.name)} priority ${frame.priority} credit ${frame.credit}`;
    case "OPEN_ACK":
      return `${head} credit ${frame.credit}`;
    case "DATA":
      return `${head} ${frame.payload.length} bytes`;
    case "WINDOW_UPDATE":
      return `${head} +${frame.delta}`;
    case "RST":
      return `${head} code ${frame.code}`;
    case "PING":
    case "PONG":
      return `${frame.type} ${frame.token.toString(16)}`;
    case "CLOSE":
      return head;
  }
}
