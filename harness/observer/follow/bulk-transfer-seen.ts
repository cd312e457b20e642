/** One direction of a bulk transfer, as its bytes come: announcement, content, digest (services.md#bulk). */
import { ProbeContent, ProbeDigest } from "../wire/probe-content.ts";
import type { Malformed } from "../wire/reading.ts";
import { readAnnouncement, type BulkAnnouncement, type MessageBytes } from "../wire/service-messages.ts";

type Phase = "announcement" | "content" | "digest" | "over";

export class BulkTransferSeen {
  #phase: Phase = "announcement";
  #announced: BulkAnnouncement | undefined;
  #content: ProbeContent | undefined;
  readonly #running = new ProbeDigest();
  #digest: Uint8Array | undefined;
  #received = 0;
  #wrong: Malformed | undefined;

  get isOver(): boolean {
    return this.#phase === "over";
  }

  get announced(): BulkAnnouncement | undefined {
    return this.#announced;
  }

  /** Bytes of content so far. */
  get received(): number {
    return this.#received;
  }

  /** Of the content that came. */
  get digest(): Uint8Array | undefined {
    return this.#digest;
  }

  /** What was wrong with it first. */
  get wrong(): Malformed | undefined {
    return this.#wrong;
  }

  /** Takes what is there of the transfer. @returns whether it took anything */
  take(bytes: MessageBytes): boolean {
    switch (this.#phase) {
      case "announcement":
        return this.#takeAnnouncement(bytes);
      case "content":
        return this.#takeContent(bytes);
      case "digest":
        return this.#takeDigest(bytes);
      case "over":
        return false;
    }
  }

  #takeAnnouncement(bytes: MessageBytes): boolean {
    const message = bytes.takeMessage();
    if (message === undefined) return false;
    const { value, malformed } = readAnnouncement(message);
    this.#wrong = malformed;
    this.#announced = value;
    this.#phase = value === undefined ? "over" : "content";
    if (value !== undefined) this.#content = new ProbeContent(value.seed);
    if (value?.length === 0) this.#endContent();
    return true;
  }

  #takeContent(bytes: MessageBytes): boolean {
    const length = this.#announced?.length ?? 0;
    const part = bytes.takeBytes(length - this.#received);
    if (part.length === 0) return false;
    if (this.#content?.matches(this.#received, part) === false) {
      this.#wrong ??= { requirement: "V-23", text: `another byte than the content's behind offset ${this.#received}` };
    }
    this.#running.add(part);
    this.#received += part.length;
    if (this.#received === length) this.#endContent();
    return true;
  }

  #endContent(): void {
    this.#digest = this.#running.finish();
    this.#phase = "digest";
  }

  #takeDigest(bytes: MessageBytes): boolean {
    const message = bytes.takeMessage();
    if (message === undefined) return false;
    this.#phase = "over";
    if (Buffer.compare(message, this.#digest ?? new Uint8Array(0)) !== 0) {
      this.#wrong ??= { requirement: "V-13", text: "another digest than the content's" };
    }
    return true;
  }
}
