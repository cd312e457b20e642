/** What an idle daemon's datagrams cost without any of ours: one socket asks others as often as a daemon asks its idle peers. */
import type { Socket } from "node:dgram";
import { once } from "node:events";
import { MIN_PACKET_BYTES } from "../../guest/core/udp-sec/packet/packet-sizes.ts";
import { openSocket } from "../../guest/node/udp.ts";
import { LOOPBACK } from "../device/device.ts";

/** As a responder asks: 7.5 s after it was last answered, at multiples of 250 ms (dsoftbus-transport.md#8-life-of-a-connection). */
const ASK_AFTER_MS = 7_500;
const GRID_MS = 250;
/** A crowd needs about as long for its handshakes, and keeps that distance. */
const FIRST_ASKED_WITHIN_MS = 1_500;

/** Sockets that answer whatever comes. @returns their ports */
export async function openAnswering(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = await open();
    // As a bus does: what came in one turn is answered in the next.
    socket.on("message", (_, { port }) =>
      setImmediate(() => socket.send(new Uint8Array(MIN_PACKET_BYTES), port, LOOPBACK)),
    );
    ports.push(socket.address().port);
  }
  return ports;
}

/** @returns how many of the ports have answered since the last call */
export async function askForEver(ports: readonly number[]): Promise<() => number> {
  const socket = await open();
  const question = new Uint8Array(MIN_PACKET_BYTES);
  const startMs = performance.now();
  const dueMs = new Map(
    ports.map((port, index) => [port, onGrid(startMs + (index * FIRST_ASKED_WITHIN_MS) / ports.length)]),
  );
  const answered = new Set<number>();
  socket.on("message", (_, { port }) => {
    answered.add(port);
    dueMs.set(port, onGrid(performance.now() + ASK_AFTER_MS));
  });
  /** Wakes the process when somebody is due, and for nothing else. */
  const askDue = (): void => {
    const nowMs = performance.now();
    let nextMs = Infinity;
    for (const [port, atMs] of dueMs) {
      nextMs = Math.min(nextMs, atMs > nowMs ? atMs : onGrid(nowMs + ASK_AFTER_MS));
      if (atMs > nowMs) continue;
      // Without an answer it is asked again as late as with one: none is lost on loopback.
      dueMs.set(port, onGrid(nowMs + ASK_AFTER_MS));
      socket.send(question, port, LOOPBACK);
    }
    setTimeout(askDue, Math.ceil(nextMs - performance.now()));
  };
  askDue();
  return () => {
    const count = answered.size;
    answered.clear();
    return count;
  };
}

function onGrid(atMs: number): number {
  return Math.ceil(atMs / GRID_MS) * GRID_MS;
}

async function open(): Promise<Socket> {
  const socket = openSocket(LOOPBACK);
  const listening = once(socket, "listening");
  socket.bind({ address: LOOPBACK, port: 0 });
  await listening;
  return socket;
}
