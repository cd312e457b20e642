import { expect, test } from "vitest";
import { headerOf, TYPES } from "../wire/udp-header.ts";
import { TranslatedSockets } from "./translated-sockets.ts";

const A = "10.24.0.1:40000";
const B = "10.24.1.1:37024";
const [FIRST, SECOND] = ["10.24.1.254:50001", "10.24.1.254:50002"];

function translated(...notes: readonly string[]): TranslatedSockets {
  const sockets = new TranslatedSockets();
  for (const note of ["gateway gw joins gw.0 gw.1", ...notes]) sockets.note(note);
  return sockets;
}

const datagram = (low: number): Uint8Array =>
  Buffer.concat([headerOf({ typ: TYPES.PING, low, high: 9, pn: 1 }, 16), Buffer.alloc(16)]);
const MAPPED = `gateway gw mapped udp ${A} ${FIRST}`;
const REBOUND = `gateway gw mapped udp ${A} ${SECOND}`;

test("the legs of a gateway are known by its note", () => {
  const sockets = translated();
  expect(["a.0", "gw.0", "gw.1"].filter((name) => sockets.isLeg(name))).toEqual(["gw.0", "gw.1"]);
});

test("both sides of a gateway are one conversation, whichever way it goes", () => {
  const sockets = translated(MAPPED, `gateway gw mapped tcp ${A} ${FIRST}`);
  expect(sockets.udp({ from: FIRST, to: B }, datagram(1))).toEqual({ from: A, to: B });
  expect(sockets.udp({ from: B, to: FIRST }, datagram(1))).toEqual({ from: B, to: A });
  expect(sockets.udp({ from: A, to: B }, datagram(1))).toEqual({ from: A, to: B });
  expect(sockets.tcp({ from: FIRST, to: B })).toEqual({ from: A, to: B });
});

// Requirement: H-17
test("from behind another socket a session's packets are a stranger's, and a new session's are not", () => {
  const sockets = translated(MAPPED);
  expect(sockets.udp({ from: FIRST, to: B }, datagram(1)).from).toBe(A);
  sockets.note(REBOUND);
  expect(sockets.udp({ from: SECOND, to: B }, datagram(1)).from, "the old session").toBe(SECOND);
  expect(sockets.udp({ from: SECOND, to: B }, datagram(2)).from, "a new one").toBe(A);
  expect(sockets.udp({ from: B, to: FIRST }, datagram(1)).to, "to where the old one was").toBe(A);
});

test("what is no datagram of ours is who it is inside", () => {
  expect(translated(MAPPED).udp({ from: FIRST, to: B }, Buffer.alloc(3)).from).toBe(A);
});

test("of names it keeps a bounded number", () => {
  const sockets = translated(MAPPED);
  for (let at = 0; at < 65_536; at += 1) sockets.note(`gateway gw mapped udp 10.24.0.2:${at} 10.24.2.254:${at}`);
  expect(sockets.udp({ from: FIRST, to: B }, datagram(1)).from).toBe(FIRST);
});
