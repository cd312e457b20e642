import { testContent } from "../../../contract/test-content.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";
import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import { equalBytes } from "../messages/equal-bytes.ts";

/**
 * The opener's side: sends the content that `seed` names, ends its direction, and reads until the acceptor ends the other.
 * @throws BusError BUS_MESSAGE if what came back isn't what was sent
 */
export async function checkEcho(stream: BusStream, seed: number, lengthBytes: number): Promise<void> {
  const content = testContent(seed, 0, lengthBytes);
  const sending = stream.write(content).then(() => stream.finish());
  let received = 0;
  let isSame = true;
  for await (const bytes of stream) {
    isSame &&= equalBytes(bytes, content.subarray(received, received + bytes.length));
    received += bytes.length;
  }
  await sending;
  if (!isSame || received !== lengthBytes) {
    throw new BusError(
      "BUS_MESSAGE",
      `echo of ${lengthBytes} bytes on "${stream.name}" brought ${received}, or others`,
    );
  }
}
