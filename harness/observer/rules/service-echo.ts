import { ProbeContent } from "../wire/probe-content.ts";
import { MessageBytes, readEchoCount } from "../wire/service-messages.ts";
import type { WatchedService, ServiceRule, ServiceWatch } from "../follow/mux-rule.ts";
import type { CapturePlace } from "../follow/session-packet.ts";

const MIRROR_BYTES = 2_048;

export const echoRule: ServiceRule = {
  id: "service-echo",
  service: "echo",
  text: "An echo is the bytes that arrived, in order, and ends when they have.",
  requirement: "V-10",
  watch: (context) => (context.role === "client" ? watchAsking(context) : new EchoWatch(context)),
};

export const mirrorRule: ServiceRule = {
  id: "service-mirror",
  service: "mirror",
  text: "A mirror answers once the echo of its content came back on as many streams as it was asked for.",
  requirement: "V-17",
  watch: ({ role, shared, facts, speak }) => {
    const asked = new MessageBytes();
    const answered = new MessageBytes();
    const countIn = (bytes: MessageBytes): number | undefined => {
      const message = bytes.takeMessage();
      return message === undefined ? undefined : (readEchoCount(message).value ?? 0);
    };
    if (role === "client") {
      return {
        heard: (bytes) => {
          answered.push(bytes);
          const count = countIn(answered);
          if (count !== undefined) facts["mirrored"] = count;
        },
      };
    }
    let wanted: number | undefined;
    return {
      heard: (bytes) => {
        asked.push(bytes);
        wanted ??= countIn(asked);
      },
      own: (bytes, at) => {
        answered.push(bytes);
        const count = countIn(answered);
        if (count === undefined) return;
        if (wanted === undefined) return speak("an answer before the count arrived", at);
        if (wanted === 0 || count !== wanted) return speak(`answers ${count}, where ${wanted} were asked for`, at);
        const missing = Array.from({ length: count }, (_, index) => index).find((index) => !shared.echoed.has(index));
        if (missing !== undefined) speak(`answers ${count} without the echo on echo/${missing}`, at);
      },
    };
  },
};

/** Remembers whether the content of a mirror came back. */
function watchAsking({ key, shared, facts }: WatchedService): ServiceWatch {
  const content = new ProbeContent(Number(key) + 1);
  const counts = { sent: 0, back: 0 };
  let isRight = /^\d+$/.test(key);
  const check = (bytes: Uint8Array, offset: number): number => {
    isRight &&= content.matches(offset, bytes);
    return offset + bytes.length;
  };
  return {
    own: (bytes) => {
      counts.sent = check(bytes, counts.sent);
    },
    heard: (bytes) => {
      counts.back = check(bytes, counts.back);
      facts["bytesBack"] = counts.back;
      if (isRight && counts.sent === MIRROR_BYTES && counts.back === MIRROR_BYTES) shared.echoed.add(Number(key));
    },
  };
}

class EchoWatch implements ServiceWatch {
  readonly #context: WatchedService;
  /** Arrived and not yet sent back: at most what the stream's credit allows. */
  readonly #waiting = new MessageBytes();
  #hasHeardEnd = false;

  constructor(context: WatchedService) {
    this.#context = context;
  }

  heard(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
  }

  heardClosed(): void {
    this.#hasHeardEnd = true;
  }

  own(bytes: Uint8Array, at: CapturePlace): void {
    const expected = this.#waiting.takeBytes(bytes.length);
    if (expected.length < bytes.length) this.#context.speak("more comes back than arrived", at);
    else if (Buffer.compare(expected, bytes) !== 0) this.#context.speak("other bytes come back than arrived", at);
  }

  ownClosed(at: CapturePlace): void {
    if (!this.#hasHeardEnd || this.#waiting.waitingBytes > 0) {
      this.#context.speak("the echo ends before it has sent everything back", at);
    }
  }
}
