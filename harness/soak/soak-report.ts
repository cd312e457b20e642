/** What a soak shows on a terminal: a line for each sample, then a table of the trends. */
import type { SoakResult, SoakSample } from "./run-soak.ts";
import { MAX_GROWTH } from "./memory-trend.ts";

const MIB = 1024 * 1024;

export function formatSample({ atMs, memory, figures }: SoakSample): string {
  const held = [...memory].map(([name, bytes]) => `${name} ${mib(bytes)}`).join("  ");
  const { bytesEachWay = 0, transfers = 0, messages = 0, redials = 0 } = figures;
  const done = `${mib(bytesEachWay)} MiB each way in ${transfers} transfers, ${messages} messages, ${redials} redials`;
  return `${(atMs / 60_000).toFixed(1).padStart(6)} min  ${held} MiB; ${done}`;
}

export function formatResult({ trends, figures, fabric }: SoakResult): string[] {
  const { bytesEachWay = 0, transfers = 0, messages = 0, redials = 0 } = figures;
  const { packetsSent = 0, retransmittedPackets = 0, lostPackets = 0 } = figures;
  const dropped = Object.entries(fabric?.dropped ?? {}).map(([reason, count]) => `${reason} ${count}`);
  return [
    `memory, medians in MiB (flat: at most ${MAX_GROWTH * 100} % more in the last quarter than in the second)`,
    ...[...trends].map(([name, { secondQuarterBytes, lastQuarterBytes, growth, slopeBytesPerHour, isFlat }]) => {
      const medians = `${mib(secondQuarterBytes)} -> ${mib(lastQuarterBytes)}`;
      const change = `${signed(growth * 100)} %, ${signed(slopeBytesPerHour / MIB)} MiB an hour`;
      return `  ${name.padEnd(14)}${medians.padEnd(20)}${change.padEnd(34)}${isFlat ? "flat" : "NOT FLAT"}`;
    }),
    `transferred: ${mib(bytesEachWay)} MiB each way in ${transfers} transfers, ${messages} control messages, each compared`,
    `packets of the self-test: ${packetsSent} sent, ${retransmittedPackets} retransmitted, ${lostPackets} declared lost`,
    `frames at the switch: ${fabric?.frames ?? 0}, dropped: ${dropped.join(", ") || "none"}`,
    `sessions dialled again: ${redials}`,
  ];
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(1)}`;
}
