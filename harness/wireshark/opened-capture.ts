/** What the packets of a capture carry, by their numbers in the file. */
import { basename } from "node:path";
import { judgeCaptures } from "../observer/judging/judge-captures.ts";
import type { Followers } from "../observer/judging/session-book.ts";
import type { Secrets } from "../observer/keys/secrets.ts";
import { readTcpRecord } from "../observer/wire/tcp-record.ts";
import { SpokenStreams } from "./spoken-streams.ts";

/** Kept of one capture; what is beyond stays sealed, and is counted. */
const MAX_OPENED_BYTES = 1024 ** 3;
const MAX_WORDS_PER_PACKET = 16;

export interface OpenedFrame {
  /** Of a packet over UDP; a record over TCP may stand in several segments, and stays sealed. */
  readonly plaintext: Uint8Array | undefined;
  /** What it carries, e.g. `OPEN 1 "bulk/7"`. */
  readonly words: readonly string[];
}

export interface OpenedCapture {
  readonly packets: ReadonlyMap<number, OpenedFrame>;
  readonly sessions: number;
  /** Sealed, and of a session that was opened, but not kept: there was too much. */
  readonly left: number;
}

const NO_END = { packets: 0, unopened: 0, hasFinished: false, streamBytes: 0, close: undefined, unjudged: [] };
const NOTHING_FOUND = { findings: [], leftOff: 0, services: [], ends: { initiator: NO_END, responder: NO_END } };

/** @param taps addresses of the machines that captured @throws what the operating system says; HarnessError `secrets-malformed` */
export async function openCapture(path: string, secrets: Secrets, taps: ReadonlySet<string>): Promise<OpenedCapture> {
  const packets = new Map<number, { plaintext: Uint8Array | undefined; words: string[] }>();
  let [bytes, sessions, left] = [0, 0, 0];
  const keep = (number: number, plaintext: Uint8Array | undefined, words: readonly string[]): void => {
    const known = packets.get(number);
    if (known !== undefined) {
      known.words.push(...words.slice(0, MAX_WORDS_PER_PACKET - known.words.length));
      return;
    }
    bytes += plaintext?.length ?? 0;
    if (bytes > MAX_OPENED_BYTES) left += 1;
    else packets.set(number, { plaintext, words: words.slice(0, MAX_WORDS_PER_PACKET) });
  };
  const ended = { unopened: (): void => undefined, ended: (): void => undefined, end: () => NOTHING_FOUND };
  const followers: Followers = {
    udp: () => {
      sessions += 1;
      // A frame is seen leaving and arriving: it is one line in the file, and comes here twice.
      const seen = new Set<number>();
      const streams = { initiator: new SpokenStreams(), responder: new SpokenStreams() };
      return {
        ...ended,
        take: ({ number, sender, datagram, plaintext }) => {
          if (seen.has(number)) return;
          seen.add(number);
          keep(number, plaintext, streams[sender].packet(datagram, plaintext));
        },
      };
    },
    tcp: () => {
      sessions += 1;
      const places = new Set<string>();
      const streams = { initiator: new SpokenStreams(), responder: new SpokenStreams() };
      return {
        ...ended,
        take: ({ number, sender, place, plaintext }) => {
          // The first place at which a direction is seen has all of it.
          const first = [...places].find((known) => known.startsWith(sender)) ?? `${sender} ${place}`;
          places.add(first);
          if (first !== `${sender} ${place}`) return;
          const { value, malformed } = readTcpRecord(plaintext);
          keep(
            number,
            undefined,
            value === undefined ? [`malformed: ${malformed.text}`] : streams[sender].record(value),
          );
        },
      };
    },
  };
  await judgeCaptures([{ path, file: basename(path) }], {
    ...{ secrets, devices: undefined, taps, followers, timing: { clockSlackUs: 0, lagUs: 0 } },
  });
  return { packets, sessions, left };
}
