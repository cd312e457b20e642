/** Every byte comes back (services.md#echo), and a far end that asks for it (services.md#mirror). */
import { u32 } from "../../observer/crypto/bytes.ts";
import { ProbeContent } from "../../observer/wire/probe-content.ts";
import { readEchoCount } from "../../observer/wire/service-messages.ts";
import { demand, type PeerMux, type PeerService } from "../mux/peer-mux.ts";
import type { PeerStream } from "../mux/peer-stream.ts";

const READ_BYTES = 16_384;

/** @param shown what becomes of the bytes before they leave */
export function echoServer(shown: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes): PeerService {
  return async (stream) => {
    for (let bytes = await stream.some(READ_BYTES); bytes !== undefined; bytes = await stream.some(READ_BYTES)) {
      stream.write(shown(bytes));
    }
  };
}

/** @throws PeerError unless what comes back is what was sent */
export async function passEcho(stream: PeerStream, length: number): Promise<void> {
  const content = new ProbeContent(stream.id);
  stream.write(content.part(0, length));
  stream.finish();
  let offset = 0;
  for (let bytes = await stream.some(READ_BYTES); bytes !== undefined; bytes = await stream.some(READ_BYTES)) {
    demand(content.matches(offset, bytes), "an echo of other bytes");
    offset += bytes.length;
  }
  demand(offset === length, `an echo of ${offset} bytes, not ${length}`);
}

/** The far end opens as many echoes to this side, which serves them. @throws PeerError */
export async function askForEchoes(mux: PeerMux, count: number): Promise<void> {
  const stream = mux.open("mirror");
  stream.writeMessage(u32(count));
  const message = await stream.message();
  demand(message !== undefined && readEchoCount(message).value === count, "a mirror that answers something else");
  stream.finish();
  demand((await stream.message()) === undefined, "the mirror goes on after its end");
}
