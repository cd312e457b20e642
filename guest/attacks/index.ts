/** All attacks, by what they are aimed at. A new one is a file's worth of text and its entry in one of these lists. */
import type { Attack } from "./attack.ts";
import { acknowledgementAttacks } from "./connection/acknowledgement-attacks.ts";
import { exhaustionAttacks } from "./connection/exhaustion-attacks.ts";
import { streamAttacks } from "./connection/stream-attacks.ts";
import { floodAttacks } from "./handshake/flood-attacks.ts";
import { identityAttacks } from "./handshake/identity-attacks.ts";
import { muxAttacks } from "./mux/mux-attacks.ts";
import { tableAttacks } from "./tables/table-attacks.ts";
import { tcpAttacks } from "./tcp/tcp-attacks.ts";

export const ATTACKS: readonly Attack[] = [
  ...acknowledgementAttacks,
  ...streamAttacks,
  ...exhaustionAttacks,
  ...floodAttacks,
  ...identityAttacks,
  ...muxAttacks,
  ...tcpAttacks,
  ...tableAttacks,
];
