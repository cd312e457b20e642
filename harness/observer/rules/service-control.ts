import { createHash } from "node:crypto";
import { MessageBytes, readControl } from "../wire/service-messages.ts";
import { SHA256_BYTES } from "../wire/probe-content.ts";
import type { WatchedService, ServiceRule, ServiceWatch } from "../follow/mux-rule.ts";
import type { CapturePlace } from "../follow/session-packet.ts";

/** Requests that wait for their reply; one is what the protocol knows. */
const MOST_WAITING = 64;

export const controlRule: ServiceRule = {
  id: "service-control",
  service: "control",
  text: "Requests and replies follow each other one by one, and each proves by a digest that the one before it arrived.",
  requirement: "V-6",
  watch: (context) => (context.role === "client" ? new ControlClientWatch(context) : new ControlServerWatch(context)),
};

class ControlClientWatch implements ServiceWatch {
  readonly #context: WatchedService;
  readonly #requests = new MessageBytes();
  readonly #replies = new MessageBytes();
  #requestCount = 0;
  #replyCount = 0;
  #replyDigest: Uint8Array = new Uint8Array(SHA256_BYTES);
  /** What had passed when the reply before arrived. */
  #bulkAtReply: number;
  #withBulk = 0;
  readonly #bulkBefore: number;

  constructor(context: WatchedService) {
    this.#context = context;
    this.#bulkBefore = this.#bulkAtReply = this.#bulkBytes();
  }

  heard(bytes: Uint8Array): void {
    const { facts } = this.#context;
    this.#replies.push(bytes);
    for (let reply = this.#replies.takeMessage(); reply !== undefined; reply = this.#replies.takeMessage()) {
      this.#replyCount += 1;
      this.#replyDigest = sha256(reply);
      const bulkBytes = this.#bulkBytes();
      // Not from the request on: bulk that is under way leaves just before it as well, and comes back just behind the reply.
      if (bulkBytes > this.#bulkAtReply) this.#withBulk += 1;
      this.#bulkAtReply = bulkBytes;
      facts["replies"] = this.#replyCount;
      facts["repliesWithBulkBeside"] = this.#withBulk;
      facts["bytesBeside"] = bulkBytes - this.#bulkBefore;
    }
  }

  own(bytes: Uint8Array, at: CapturePlace): void {
    this.#requests.push(bytes);
    for (let request = this.#requests.takeMessage(); request !== undefined; request = this.#requests.takeMessage()) {
      this.#judge(request, at);
    }
    const { tooLong } = this.#requests;
    if (tooLong !== undefined) this.#context.speak(tooLong.text, at, tooLong.requirement);
  }

  ownClosed(at: CapturePlace): void {
    if (this.#requests.waitingBytes > 0) this.#context.speak("the stream ends within a request", at, "V-5");
  }

  #judge(request: Uint8Array, at: CapturePlace): void {
    const { speak, facts } = this.#context;
    this.#requestCount += 1;
    const count = this.#requestCount;
    facts["requests"] = count;
    const { value, malformed } = readControl(request);
    if (malformed !== undefined) return speak(`request ${count}: ${malformed.text}`, at);
    if (value.index !== count) speak(`request ${count} has index ${value.index}`, at);
    if (this.#replyCount < count - 1) return speak(`request ${count} leaves before reply ${count - 1} arrived`, at);
    if (Buffer.compare(value.digest, this.#replyDigest) !== 0) {
      speak(`request ${count} has another digest than that of the reply before it`, at);
    }
  }

  /** What passed so far on streams that are less urgent than this one. */
  #bulkBytes(): number {
    const { stream, shared } = this.#context;
    return [...shared.bytesByPriority].reduce(
      (sum, [priority, bytes]) => (priority > stream.priority ? sum + bytes : sum),
      0,
    );
  }
}

class ControlServerWatch implements ServiceWatch {
  readonly #context: WatchedService;
  readonly #requests = new MessageBytes();
  readonly #replies = new MessageBytes();
  /** By request: the reply that it demands, or why it must have none. */
  readonly #expected: (Uint8Array | string)[] = [];
  #requestCount = 0;
  #replyCount = 0;
  #replyDigest: Uint8Array = new Uint8Array(SHA256_BYTES);

  constructor(context: WatchedService) {
    this.#context = context;
  }

  heard(bytes: Uint8Array): void {
    this.#requests.push(bytes);
    for (let request = this.#requests.takeMessage(); request !== undefined; request = this.#requests.takeMessage()) {
      this.#requestCount += 1;
      if (this.#expected.length < MOST_WAITING) this.#expected.push(this.#replyTo(request));
    }
  }

  own(bytes: Uint8Array, at: CapturePlace): void {
    const { speak, facts } = this.#context;
    this.#replies.push(bytes);
    for (let reply = this.#replies.takeMessage(); reply !== undefined; reply = this.#replies.takeMessage()) {
      this.#replyCount += 1;
      this.#replyDigest = sha256(reply);
      facts["replies"] = this.#replyCount;
      const expected = this.#expected.shift();
      if (expected === undefined) speak(`reply ${this.#replyCount} leaves before its request arrived`, at);
      else if (typeof expected === "string") speak(`reply ${this.#replyCount} to ${expected}`, at, "V-7");
      else if (Buffer.compare(expected, reply) !== 0) {
        speak(`reply ${this.#replyCount} isn't index, digest and payload of its request`, at);
      }
    }
  }

  ownClosed(at: CapturePlace): void {
    if (this.#replies.waitingBytes > 0) this.#context.speak("the stream ends within a reply", at, "V-5");
  }

  #replyTo(request: Uint8Array): Uint8Array | string {
    const { value, malformed } = readControl(request);
    if (malformed !== undefined) return malformed.text;
    if (value.index !== this.#requestCount) return `index ${value.index} in place of ${this.#requestCount}`;
    if (Buffer.compare(value.digest, this.#replyDigest) !== 0)
      return "a request with another digest than that of the reply before it";
    return Buffer.concat([request.subarray(0, 4), sha256(request), value.payload]);
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
