import { expect, test } from "vitest";
import type { OpenedHandshake } from "../handshakes/opened-handshake.ts";
import type { FollowedEnd } from "./judge-report.ts";
import { SessionBook } from "./session-book.ts";

const end = (socket: string) => ({
  ...{ socket, staticKey: "", ephemeralKey: "", deviceId: "d", params: undefined, tapped: true },
});
const OPENED: OpenedHandshake = {
  ...{ transport: "tcp", initiator: end("a:1"), responder: end("b:2"), sessionId: undefined, handshakeHash: "00" },
  ...{ initiatorKey: new Uint8Array(), responderKey: new Uint8Array(), refusal: undefined, atUs: 0, startedUs: 0 },
  frames: [{ file: "x", number: 4, message: "MSG1" }],
};
const ENDED: FollowedEnd = {
  ...{ packets: 1, unopened: 0, streamBytes: 0, hasFinished: true, close: undefined, unjudged: [] },
};

function bookOf(initiator: Partial<FollowedEnd> = {}): { readonly book: SessionBook; readonly made: string[] } {
  const made: string[] = [];
  const ends = { initiator: { ...ENDED, ...initiator }, responder: ENDED };
  const follower = (kind: string) => () => {
    made.push(kind);
    return {
      take: () => {},
      unopened: () => {},
      ended: () => {},
      end: () => ({ findings: [], leftOff: 0, ends, services: [] }),
    };
  };
  return { book: new SessionBook({ udp: follower("udp"), tcp: follower("tcp") }), made };
}

test("a handshake that was opened at both ends' taps is one session", () => {
  const { book, made } = bookOf();
  book.add(OPENED);
  book.add({ ...OPENED });
  expect(made).toEqual(["tcp"]);
  expect(book.end().sessions).toMatchObject([{ from: { file: "x", number: 4 }, outcome: "followed" }]);
});

test("the same handshake between other sockets is another, as behind an address translation", () => {
  const { book, made } = bookOf();
  book.add(OPENED);
  book.add({ ...OPENED, transport: "udp", initiator: end("n:9") });
  expect(made).toEqual(["tcp", "udp"]);
});

test("who is to be refused is followed by nobody; who didn't end is open, and what wasn't judged is told", () => {
  const { book, made } = bookOf({ hasFinished: false, unjudged: ["a gap"] });
  book.add({ ...OPENED, refusal: "proof" });
  book.add({ ...OPENED, handshakeHash: "01" });
  expect(made).toEqual(["tcp"]);
  const { sessions, unjudged } = book.end();
  expect(sessions.map(({ outcome }) => outcome)).toEqual(["refused", "open"]);
  expect(unjudged).toEqual([{ what: "a gap (of the initiator)", file: "x", number: 4 }]);
});

test("a CLOSE of either side is an end", () => {
  const { book } = bookOf({ hasFinished: false, close: { code: 0, reason: "" } });
  book.add(OPENED);
  expect(book.end().sessions[0]?.outcome).toBe("followed");
});
