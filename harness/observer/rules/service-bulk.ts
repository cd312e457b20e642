import { MessageBytes, readVerdict } from "../wire/service-messages.ts";
import { BulkTransferSeen } from "../follow/bulk-transfer-seen.ts";
import type { WatchedService, ServiceRule, ServiceWatch } from "../follow/mux-rule.ts";
import type { CapturePlace } from "../follow/session-packet.ts";

export const bulkRule: ServiceRule = {
  id: "service-bulk",
  service: "bulk",
  text: "Content both ways is what its seed names, with its digest, and each verdict is what the receiver must have found.",
  requirement: "V-11",
  watch: (context) => new BulkWatch(context),
};

class BulkWatch implements ServiceWatch {
  readonly #context: WatchedService;
  readonly #ownBytes = new MessageBytes();
  readonly #heardBytes = new MessageBytes();
  readonly #sending = new BulkTransferSeen();
  readonly #receiving = new BulkTransferSeen();
  #ownVerdicts = 0;
  #heardVerdicts = 0;
  #hasJudgedAnnouncement = false;
  #hasToldWrong = false;

  constructor(context: WatchedService) {
    this.#context = context;
  }

  heard(bytes: Uint8Array): void {
    this.#heardBytes.push(bytes);
    // The client's verdict comes last, the server's first.
    const isVerdictFirst = this.#context.role === "client";
    for (let isMoving = true; isMoving;) {
      const isVerdictDue = this.#heardVerdicts === 0 && (isVerdictFirst || this.#receiving.isOver);
      isMoving = isVerdictDue ? this.#hearVerdict() : this.#receiving.take(this.#heardBytes);
    }
    this.#context.facts["bytesBack"] = this.#receiving.received;
  }

  own(bytes: Uint8Array, at: CapturePlace): void {
    const { role, facts, speak } = this.#context;
    this.#ownBytes.push(bytes);
    for (let isMoving = true; isMoving;) {
      const isVerdictDue = this.#ownVerdicts === 0 && (role === "server" || this.#sending.isOver);
      isMoving = isVerdictDue ? this.#judgeVerdict(at) : this.#sending.take(this.#ownBytes);
      this.#judgeSending(at);
    }
    facts["bytes"] = this.#sending.received;
    if (this.#sending.isOver && this.#ownVerdicts > 0 && this.#ownBytes.waitingBytes > 0) {
      speak("bytes behind the last message", at);
    }
  }

  ownClosed(at: CapturePlace): void {
    const isWithin = this.#sending.announced !== undefined && !this.#sending.isOver;
    if (isWithin || this.#ownBytes.waitingBytes > 0)
      this.#context.speak("the stream ends within a transfer", at, "V-5");
  }

  #hearVerdict(): boolean {
    const message = this.#heardBytes.takeMessage();
    if (message === undefined) return false;
    this.#heardVerdicts += 1;
    this.#context.facts["verdict"] = readVerdict(message).value?.isOk === true;
    return true;
  }

  #judgeSending(at: CapturePlace): void {
    const { role, speak, facts } = this.#context;
    const { announced, wrong } = this.#sending;
    if (announced !== undefined && !this.#hasJudgedAnnouncement) {
      this.#hasJudgedAnnouncement = true;
      facts["seed"] = announced.seed;
      facts["length"] = announced.length;
      const asked = this.#receiving.announced;
      const isExpected = announced.seed === ((asked?.seed ?? 0) + 1) % 2 ** 32 && announced.length === asked?.length;
      if (role === "server" && !isExpected) speak(`announces seed ${announced.seed}, ${announced.length} bytes`, at);
    }
    if (wrong === undefined || this.#hasToldWrong) return;
    this.#hasToldWrong = true;
    speak(wrong.text, at, wrong.requirement);
  }

  #judgeVerdict(at: CapturePlace): boolean {
    const { speak } = this.#context;
    const message = this.#ownBytes.takeMessage();
    if (message === undefined) return false;
    this.#ownVerdicts += 1;
    const { value, malformed } = readVerdict(message);
    if (malformed !== undefined) {
      speak(malformed.text, at, malformed.requirement);
      return true;
    }
    if (this.#context.role === "client") this.#context.facts["verdictBack"] = value.isOk;
    const { isOver, digest, wrong } = this.#receiving;
    if (!isOver) {
      speak("a verdict on content that hasn't arrived whole", at, "V-14");
      return true;
    }
    if (value.isOk !== (wrong === undefined)) speak(`the verdict ${value.isOk ? "1" : "0"} is wrong`, at, "V-14");
    if (digest !== undefined && Buffer.compare(value.digest, digest) !== 0) {
      speak("the verdict has another digest than what arrived", at, "V-14");
    }
    return true;
  }
}
