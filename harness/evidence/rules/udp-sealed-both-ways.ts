/** DATA both ways in one session: opened with the keys of its handshake, or at least indistinguishable from ciphertext without them. */
import { plaintextSign, structureOf } from "../scene/randomness.ts";
import {
  coverageOf,
  DATA_PREFIX_BYTES,
  type DirectionCoverage,
  type SessionCoverage,
} from "../scene/stream-coverage.ts";
import { absent, confirmed, contradicted, count, emptyCapture, type Judgement, type Rule } from "./rule.ts";

export const udpSealedBothWays: Rule = {
  id: "udp-sealed-both-ways",
  text: "One session carried DATA that opens, in both directions.",
  claims: "named",
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const both = scene.udp.sessions
      .map(coverageOf)
      .filter(({ up, down }) => up.dataPackets > 0 && down.dataPackets > 0);
    if (both.length === 0) return absent(`no session with DATA both ways among ${scene.udp.sessions.length}`);
    if (scene.input.keys.length > 0 || scene.input.keyLog === true) return judgeOpened(both);
    return judgeUnopened(both, scene.input.canary);
  },
};

function judgeOpened(sessions: readonly SessionCoverage[]): Judgement {
  const [good] = sessions
    .filter(({ up, down }) => up.opened > 0 && down.opened > 0)
    // The one that carried most: a daemon's greeting beside it is no witness of a self-test.
    .sort((a, b) => Math.min(b.up.opened, b.down.opened) - Math.min(a.up.opened, a.down.opened));
  if (good === undefined) {
    const keyed = sessions.filter(({ session }) => session.hasKey).length;
    return contradicted(
      `no session whose DATA opens both ways; ${count(sessions.length, "session")} with DATA, ${keyed} with a key`,
    );
  }
  return confirmed(`session ${good.session.id}: opened ${seen(good.up)} up, ${seen(good.down)} down`);
}

function judgeUnopened(sessions: readonly SessionCoverage[], canary: string): Judgement {
  for (const { session, up, down } of sessions) {
    for (const [side, { bodies }] of [["up", up] as const, ["down", down] as const]) {
      if (bodies.some((body) => body.includes(canary)))
        return contradicted(`session ${session.id} ${side}: the canary is in clear`);
      // The first bytes of a plaintext DATA are counters: the surest place to see that nothing was sealed.
      const heads = bodies.map((body) => body.subarray(0, DATA_PREFIX_BYTES));
      const structure =
        plaintextSign(`session ${session.id} ${side}, first ${DATA_PREFIX_BYTES} bytes`, heads) ??
        structureOf(`session ${session.id} ${side}`, bodies);
      if (structure !== undefined) return contradicted(structure);
    }
  }
  const [first] = sessions;
  const figures = first === undefined ? "" : `${first.up.dataPackets} up, ${first.down.dataPackets} down`;
  return confirmed(`session ${first?.session.id ?? ""}: ${figures}, not opened (no key log), looks like ciphertext`);
}

function seen({ opened, dataPackets, distinctBytes }: DirectionCoverage): string {
  return `${opened} of ${count(dataPackets, "DATA packet")} (${distinctBytes} stream bytes)`;
}
