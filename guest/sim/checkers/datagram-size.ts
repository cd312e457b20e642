/** No datagram above 1200 bytes, in any state (dsoftbus-transport.md#4-packets); none empty. */
import { CheckViolation } from "./violation.ts";
import type { NetworkObserver } from "../network/network.ts";

const LARGEST_BYTES = 1200;

export function datagramSizeChecker(): NetworkObserver {
  return {
    onSent({ bytes, from }) {
      if (bytes.length > LARGEST_BYTES || bytes.length === 0) {
        throw new CheckViolation("datagram-size", `${bytes.length} bytes left ${from.host}:${from.port}`);
      }
    },
  };
}
