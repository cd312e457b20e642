/** How many handshakes a second a responder's core answers: devices that were never seen before dial one daemon. */
import type { PrimitivesName } from "../device/device.ts";
import type { BenchEffort, BenchRow, BenchTable } from "../table/table.ts";
import { SideError } from "../sides/side-process.ts";
import { between } from "./process-cost.ts";
import { onStage } from "./stage.ts";

interface HandshakeCase {
  readonly what: string;
  readonly crypto: PrimitivesName;
  readonly handshakes: number;
  /**
   * Before what counts, with --quick too: the compiler's warm-up is nobody's handshake. V8 compiles for the first 1,500, which cost half as
   * much again as those after them.
   */
  readonly warmUp: number;
}

const CASES: readonly HandshakeCase[] = [
  { what: "node:crypto", crypto: "native", handshakes: 2_000, warmUp: 2_000 },
  { what: "libsodium", crypto: "sodium", handshakes: 2_000, warmUp: 2_000 },
  { what: "noble", crypto: "noble", handshakes: 200, warmUp: 200 },
];
const QUICK_SHARE = 0.25;

export async function handshakesTable(effort: BenchEffort): Promise<BenchTable> {
  const rows: BenchRow[] = [];
  for (const one of CASES) rows.push(await rowOf(one, effort));
  return { name: "handshakes", title: "udp-sec handshakes between a crowd and one daemon", rows };
}

async function rowOf({ what, crypto, handshakes, warmUp }: HandshakeCase, effort: BenchEffort): Promise<BenchRow> {
  const count = Math.round(handshakes * (effort.isQuick ? QUICK_SHARE : 1));
  effort.announce(`handshakes: ${what}`);
  try {
    return await onStage({ mode: "udp-sec", crypto, connections: count + warmUp }, effort.announce, async (stage) => {
      const { daemon, crowd, port } = stage;
      const make = async (size: number): Promise<number> => await crowd.call("make", { size, mode: "udp-sec", crypto });
      await make(warmUp);
      await crowd.call("connect", { port });
      await make(count);
      const before = [await daemon.call("cost", undefined), await crowd.call("cost", undefined)] as const;
      await crowd.call("connect", { port });
      const responder = between(before[0], await daemon.call("cost", undefined));
      const initiator = between(before[1], await crowd.call("cost", undefined));
      return {
        what,
        figures: {
          "per s, responder core": count / responder.cpuSeconds,
          "per s, initiator core": count / initiator.cpuSeconds,
          "responder us": (responder.cpuSeconds * 1e6) / count,
          "per s": count / initiator.seconds,
        },
      };
    });
  } catch (error) {
    if (!(error instanceof SideError)) throw error;
    return { what, figures: {}, failure: error.message };
  }
}
