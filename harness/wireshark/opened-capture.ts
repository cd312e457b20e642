/** What the packets of a capture carry, by their numbers in the file. */
import { basename } from "node:path";
import { judgeCaptures } from "../observer/judging/judge-captures.ts";
import { listenOnly } from "../observer/judging/listen-only.ts";
import type { Secrets } from "../observer/keys/secrets.ts";
import { readTcpRecord } from "../observer/wire/tcp-record.ts";
import { SpokenStreams } from "./spoken-streams.ts";

/** Kept of one capture; what is beyond stays sealed, and is counted. */
const MAX_OPENED_BYTES = 1024 ** 3;
const MAX_WORDS_PER_PACKET = 16;

type Place = "sent" | "delivered";

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

/** @param taps addresses of the machines that captured @throws what the operating system says; HarnessError `secrets-malformed` */
export async function openCapture(path: string, secrets: Secrets, taps: ReadonlySet<string>): Promise<OpenedCapture> {
  const packets = new Map<number, OpenedFrame & { readonly place: Place; words: readonly string[] }>();
  let [bytes, sessions, left] = [0, 0, 0];
  // A frame is one line in the file: where it is seen leaving and arriving at once, what it carries is told once.
  const keep = (number: number, place: Place, plaintext: Uint8Array | undefined, words: readonly string[]): void => {
    const known = packets.get(number);
    if (known?.place === place) known.words = [...known.words, ...words].slice(0, MAX_WORDS_PER_PACKET);
    if (known !== undefined) return;
    bytes += plaintext?.length ?? 0;
    if (bytes > MAX_OPENED_BYTES) left += 1;
    else packets.set(number, { place, plaintext, words: words.slice(0, MAX_WORDS_PER_PACKET) });
  };
  const followers = listenOnly({
    udp: () => {
      sessions += 1;
      const streamsAt = streamsByPlace();
      return ({ number, sender, place, datagram, plaintext }) =>
        keep(number, place, plaintext, streamsAt(sender, place).packet(datagram, plaintext));
    },
    tcp: () => {
      sessions += 1;
      const streamsAt = streamsByPlace();
      return ({ number, sender, place, plaintext }) => {
        const { value, malformed } = readTcpRecord(plaintext);
        const words =
          malformed === undefined ? streamsAt(sender, place).record(value) : [`malformed: ${malformed.text}`];
        keep(number, place, undefined, words);
      };
    },
  });
  await judgeCaptures([{ path, file: basename(path) }], {
    ...{ secrets, devices: undefined, taps, followers, timing: { clockSlackUs: 0, lagUs: 0 } },
  });
  return { packets, sessions, left };
}

/** What an end says comes by at each place, whole and in an order of that place's own. */
function streamsByPlace(): (sender: string, place: Place) => SpokenStreams {
  const streams = new Map<string, SpokenStreams>();
  return (sender, place) => {
    const key = `${sender} ${place}`;
    const known = streams.get(key) ?? new SpokenStreams();
    streams.set(key, known);
    return known;
  };
}
