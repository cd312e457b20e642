/**
 * Halves of session ids travel in clear and are to be random: one that is a word of what a process was told in secret tells it to who listens.
 * Only the plan knows those words.
 */
import type { OpenedHandshake } from "../../observer/handshakes/opened-handshake.ts";
import { contentSeedOf } from "../../topology/identities.ts";
import type { Plan } from "../../topology/plan.ts";
import { identityOf, residentsOf, strangerOf } from "../../topology/residents.ts";

const WORD_BYTES = 4;

/** By word, whose secret it is of. */
export type ToldWords = ReadonlyMap<number, string>;

/** @returns each word of the seeds of a plan, read either way; by chance one in 10^7 halves is among them */
export function toldWordsOf({ topology, nonce }: Plan): ToldWords {
  const words = new Map<number, string>();
  for (const resident of residentsOf(topology)) {
    const { name, owner } = resident;
    const contentSeed = Buffer.alloc(WORD_BYTES);
    contentSeed.writeUInt32LE(contentSeedOf(nonce, owner));
    const seeds = [identityOf(resident, nonce), strangerOf(resident, nonce)].map(({ identitySeed }) => identitySeed);
    const told = Buffer.concat([contentSeed, ...seeds.map((seed) => Buffer.from(seed, "hex"))]);
    for (let at = 0; at < told.length; at += WORD_BYTES)
      for (const word of [told.readUInt32LE(at), told.readUInt32BE(at)]) words.set(word, name);
  }
  return words;
}

/** @returns what is wrong with the halves of a handshake's session id; a TCP session has none */
export function halfProblem({ sessionId, frames }: Pick<OpenedHandshake, "sessionId" | "frames">, words: ToldWords) {
  for (const [end, half] of [
    ["initiator", sessionId?.low],
    ["responder", sessionId?.high],
  ] as const) {
    const whose = half === undefined ? undefined : words.get(half);
    if (whose === undefined) continue;
    const { file = "", number = 0 } = frames[0] ?? {};
    return (
      `half-random, by the ${end}: its half of the session id is a word of what ${whose} was told in secret ` +
      `(packet ${number} of ${file}; docs/distributed/dsoftbus-transport.md#33-session-ids [H-15])`
    );
  }
  return undefined;
}
