import type { CryptoPrimitives, RandomBytes } from "../crypto/primitives.ts";
import type { DeviceIdentity } from "../identity/device-identity.ts";
import type { EndpointBudget } from "../endpoint-budget.ts";
import type { KeyLog } from "../key-log.ts";
import type { TraceSink } from "../trace.ts";
import type { TcpSecLimits } from "./limits.ts";

export interface TcpSecOptions {
  readonly crypto: CryptoPrimitives;
  readonly random: RandomBytes;
  readonly identity: DeviceIdentity;
  /** When TCP connected: the handshake has 5 s from here. */
  readonly nowMs: number;
  readonly limits?: Partial<TcpSecLimits> | undefined;
  /** Shared with other connections, of the UDP endpoint too: W is reserved when the peer authenticated. Undefined: its own. */
  readonly budget?: EndpointBudget | undefined;
  /**
   * Responder: asked once, before anything is computed for the peer's first message, whether its address is within the rate of
   * handshakes (`HandshakeRate.takeProven`). False ends the connection without a word. Undefined: no rate.
   */
  readonly takeHandshake?: ((nowMs: number) => boolean) | undefined;
  readonly trace?: TraceSink | undefined;
  /** Test only: so that a capture can be opened. Default: none. */
  readonly keyLog?: KeyLog | undefined;
}
