/** What a person types, apart from what is meant for `udpsec attach` itself: keys behind Ctrl-], as telnet has it. */
const PREFIX = 0x1d;

export const KEYS = {
  d: "detach",
  p: "pause",
  r: "resume",
  e: "end",
  "?": "help",
} as const satisfies Readonly<Record<string, string>>;
type KeyMeaning = (typeof KEYS)[keyof typeof KEYS];

export const KEYS_TEXT =
  "Ctrl-] d detaches, Ctrl-] p pauses the machine, Ctrl-] r lets it go on, Ctrl-] e ends a run that is held, Ctrl-] Ctrl-] types one";

export interface Pressed {
  readonly typed: Uint8Array;
  readonly meant: readonly KeyMeaning[];
}

export class Keys {
  #isAfterPrefix = false;

  /** @returns what goes to the machine, and what else was asked for, in their order each */
  take(bytes: Uint8Array): Pressed {
    const typed: number[] = [];
    const meant: KeyMeaning[] = [];
    for (const byte of bytes) {
      if (!this.#isAfterPrefix) {
        if (byte === PREFIX) this.#isAfterPrefix = true;
        else typed.push(byte);
        continue;
      }
      this.#isAfterPrefix = false;
      if (byte === PREFIX) typed.push(byte);
      else meant.push(meaningOf(String.fromCharCode(byte).toLowerCase()));
    }
    return { typed: Uint8Array.from(typed), meant };
  }
}

function meaningOf(key: string): KeyMeaning {
  return Object.hasOwn(KEYS, key) ? KEYS[key as keyof typeof KEYS] : "help";
}
