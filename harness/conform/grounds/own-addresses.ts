/** The suite's own addresses. All of 127/8 is this host, so that towards loopback each case has sources that nobody has counted yet. */
import { isIPv6 } from "node:net";

const PER_CASE = 8;
const HOSTS = 254;

/** @returns what gives each case its addresses */
export function addressesTowards(target: string): () => readonly [string, ...string[]] {
  if (isIPv6(target)) return () => ["::"];
  if (!target.startsWith("127.")) return () => ["0.0.0.0"];
  return () => [nextLoopback(), ...Array.from({ length: PER_CASE - 1 }, nextLoopback)];
}

let given = 0;

/** From 127.64.0.1 on: nothing else is there. */
function nextLoopback(): string {
  given += 1;
  const [high, low] = [Math.floor(given / HOSTS), given % HOSTS];
  return `127.${64 + (Math.floor(high / 256) % 64)}.${high % 256}.${low + 1}`;
}
