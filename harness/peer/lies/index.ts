/** Every lie by its name: a new one is a record in one of the files beside this one. */
import { ANSWER_LIES } from "./answer-lies.ts";
import { HANDSHAKE_LIES } from "./handshake-lies.ts";
import type { Lie } from "./lie.ts";
import { MUX_LIES } from "./mux-lies.ts";
import { PACKET_LIES } from "./packet-lies.ts";
import { SERVICE_LIES } from "./service-lies.ts";
import { STREAM_LIES } from "./stream-lies.ts";
import { TCP_LIES } from "./tcp-lies.ts";

const RECORDS = {
  ...HANDSHAKE_LIES,
  ...PACKET_LIES,
  ...STREAM_LIES,
  ...MUX_LIES,
  ...SERVICE_LIES,
  ...ANSWER_LIES,
  ...TCP_LIES,
} as const;

export type LieName = keyof typeof RECORDS;

export const LIES: Readonly<Record<LieName, Lie>> = RECORDS;

export const LIE_NAMES = Object.keys(RECORDS) as readonly LieName[];

export function isLieName(name: string): name is LieName {
  return Object.hasOwn(RECORDS, name);
}
