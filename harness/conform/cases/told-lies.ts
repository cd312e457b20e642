/** The lies of `harness/peer/lies` that a listening target is told, as cases: each in its place of the specification. */
import { LIES, type LieName } from "../../peer/lies/index.ts";
import type { ListeningCase, NeededService } from "../stage/conform-case.ts";
import type { Section } from "../stage/sections.ts";

interface Place {
  readonly section: Section;
  /** Beside the one that the lie itself names. */
  readonly also?: readonly string[];
  readonly needs?: readonly NeededService[];
}

const at = (section: Section, also: readonly string[] = [], needs: readonly NeededService[] = []): Place => ({
  section,
  also,
  needs,
});

/** Undefined: the target has to dial for it. */
const PLACES: Readonly<Record<LieName, Place | undefined>> = {
  "params-out-of-range": at("3.2", ["H-10", "H-14", "H-43"]),
  "padding-not-zero": at("3.2", ["H-14", "H-4"]),
  "mac1-wrong": at("3.4", ["H-19"]),
  "ephemeral-of-small-order": at("3"),
  "static-of-small-order": at("3"),
  "params-changed": at("3.2", ["H-13", "H-44"]),
  "proof-of-another-device": at("2", ["I-5", "I-9", "RX-46"]),
  "proof-of-a-responder": at("2", ["I-6", "RX-46"]),
  "proof-signed-by-another-device": at("2", ["I-8", "RX-46"]),
  "static-key-of-another-device": at("2", ["I-11", "RX-47"]),
  "not-in-the-table": at("2", ["I-11", "I-12", "RX-47", "H-57"]),
  "ephemeral-key-used-again": at("3.5"),
  "acknowledges-what-was-never-sent": at("4.2", ["P-6"]),
  "delivered-beyond-what-was-sent": at("5", ["R-31", "P-18"]),
  "bits-below-the-first-packet": at("4.1", ["P-7"]),
  "bits-without-ack": at("4.1", ["P-7"]),
  "plaintext-cut-short": at("4.2", ["P-15", "P-8"]),
  "bytes-behind-ping": at("4.2", ["P-15", "P-12"]),
  "reason-not-utf8": at("4.2", ["P-15", "P-13"]),
  "datagram-of-1201-bytes": at("9", ["B-2"], ["echo"]),
  "pn-used-twice": at("4.3", ["P-21", "P-4"], ["echo"]),
  "packet-that-does-not-open": at("4.3", ["P-2"], ["echo"]),
  "ack-falls": at("5", [], ["echo"]),
  "acknowledges-unasked": at("5", ["RX-81", "P-11"], ["echo"]),
  "credit-shrinks": at("6", ["F-3", "R-32"], ["echo"]),
  "other-bytes-at-one-offset": at("6", ["RX-79"], ["echo"]),
  "bytes-beyond-credit": at("6", ["F-4", "B-6"]),
  "bytes-past-the-final-size": at("6", ["F-10"]),
  "more-in-flight-than-any-window": at("6", ["F-6"], ["sink"]),
  "grants-no-credit": at("6", ["F-4", "F-8"], ["bulk"]),
  "goes-silent-within-bulk": at("8", ["H-11"], ["bulk"]),
  "never-closes": at("8", ["L-8"]),
  "goes-on-after-close": at("8", ["RX-83", "RX-53", "L-14"]),
  "frame-of-another-version": at("12", ["M-1", "M-33"]),
  "frame-too-large": at("12", ["M-34"], ["echo"]),
  "stream-without-a-name": at("12", ["M-2", "M-34"]),
  "priority-above-7": at("12"),
  "frame-cut-by-the-end": at("12", ["M-31"]),
  "stream-id-skipped": at("12", ["M-14", "M-10"], ["echo"]),
  "reset-of-an-unknown-stream": at("12", ["M-20"]),
  "data-after-the-end-of-a-stream": at("12", ["M-28"], ["sink"]),
  "data-beyond-the-credit-of-a-stream": at("12", ["M-17"], ["sink"]),
  "too-much-credit-for-a-stream": at("12", ["M-17"], ["echo"]),
  "streams-beyond-the-limit": at("12", ["M-11", "M-23", "M-34"], ["echo"]),
  "name-in-use": at("12", ["M-11", "M-23", "M-34"], ["echo"]),
  "byte-of-bulk-flipped": at("services", ["V-3"], ["bulk", "echo"]),
  "digest-of-bulk-wrong": at("services", ["V-13"], ["bulk", "echo"]),
  "verdict-of-bulk-false": at("services", ["V-3"], ["bulk"]),
  "control-request-with-another-digest": at("services", ["V-6", "V-3"], ["control"]),
  "echo-of-other-bytes": at("services", [], ["mirror"]),
  "tcp-proof-of-another-device": at("10", ["T-11", "I-9"]),
  "tcp-proof-of-a-responder": at("10", ["T-11", "I-6"]),
  "tcp-proof-signed-by-another-device": at("10", ["T-11", "I-8"]),
  "tcp-static-key-of-another-device": at("10", ["T-11", "I-11"]),
  "tcp-not-in-the-table": at("10", ["T-11", "I-12", "H-57"]),
  "tcp-message-of-another-length": at("10", ["T-12"]),
  "tcp-message-tampered-with": at("10", ["T-12"]),
  "tcp-record-tampered-with": at("10", ["T-10"]),
  "tcp-record-repeated": at("10", ["T-3", "T-10"]),
  "tcp-records-out-of-order": at("10", ["T-3", "T-10"]),
  "tcp-record-too-short": at("10", ["T-7", "T-10"]),
  "tcp-record-of-no-kind": at("10", ["T-4", "T-10"]),
  "tcp-data-without-bytes": at("10", ["T-8", "T-10"]),
  "tcp-reason-not-utf8": at("10", ["T-10"]),
  "tcp-accept-of-an-initiator": at("10", ["T-9"]),
  "tcp-data-after-fin": at("10", ["T-9"]),
  "tcp-answer-of-another-device": undefined,
  "control-reply-with-another-digest": undefined,
  "answer-of-another-device": undefined,
  "answer-of-small-order": undefined,
};

/** Lies speak of a guest; here it is whoever is tried. */
const said = (text: string): string => text.replaceAll("the guest", "the target");

export const TOLD_LIES: readonly ListeningCase[] = Object.entries(LIES).flatMap(([name, lie]) => {
  const place = PLACES[name as LieName];
  if (place === undefined || lie.by !== "initiator") return [];
  const { section, also = [], needs = [] } = place;
  return [
    {
      id: `${section}/${name}`,
      requirements: [lie.requirement, ...also.filter((id) => id !== lie.requirement)],
      sends: said(lie.text),
      must: said(lie.guestMust),
      over: lie.over ?? "udp",
      target: "listens",
      needs,
      ...(lie.isSlow === true ? { isSlow: true } : {}),
      run: (stage) => (lie.over === "tcp" ? lie.tell(stage.tcp) : lie.tell(stage.udp)),
    } satisfies ListeningCase,
  ];
});
