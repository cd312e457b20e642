import type { ToldLie } from "../../peer/judge-lies.ts";
import { LIE_TOLD } from "../../peer/liar-plan.ts";
import { isLieName } from "../../peer/lies/index.ts";
import type { FinishedRun } from "../../worlds/live/finished-run.ts";

/** What the harness's own peers say of their lies: where a capture must show them. No other node is asked. */
export function toldLies({ nodes }: Pick<FinishedRun, "nodes">): ToldLie[] {
  return nodes.flatMap(({ planned, events }) => {
    const { kind, addresses } = planned.plan;
    if (kind.tellsLies !== true) return [];
    const hosts = Object.values(addresses.hosts);
    return events.flatMap(({ kind: eventKind, data }): ToldLie | [] => {
      const { lie, port } = data;
      if (eventKind !== LIE_TOLD || typeof port !== "number") return [];
      const name = typeof lie === "string" && isLieName(lie) ? lie : undefined;
      return { lie: name, sockets: hosts.map((host) => `${host}:${port}`) };
    });
  });
}
