import { EventKind } from "../../../contract/events.ts";
import { staticLine } from "../../../contract/key-log-line.ts";
import type { Plan } from "../../topology/plan.ts";
import { identityOf, residentsOf, strangerOf } from "../../topology/residents.ts";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";

export const SECRETS_FILE = "secrets.txt";
/** All that a node is believed to know better than we: were it to name identities or peers, it would choose whom to be judged as. */
const EPHEMERAL = /^UDPSEC_EPHEMERAL [0-9a-f]{64} [0-9a-f]{64}$/;
export const OWNERS_ALONE = 0o600;

/** What a node told, on its event port, and on its console if its kind says that secrets stand there. */
type TellingNode = Pick<FinishedNode, "name" | "events" | "transcript" | "planned">;

/**
 * A key log (docs/distributed/dsoftbus-transport.md#131-key-log): the static keys of all identities, which we made, and the ephemeral
 * ones that nodes told. Whoever reads it checks each against the wire.
 */
export function formatSecrets({ topology, nonce }: Plan, nodes: readonly TellingNode[]): string {
  const residents = residentsOf(topology);
  const strangers = residents.filter(({ node, process }) => process.kind === "selftest" || node.lies !== undefined);
  const identities = [
    ...residents.map((resident) => identityOf(resident, nonce)),
    ...strangers.map((resident) => strangerOf(resident, nonce)),
  ];
  const lines = [
    "# identities",
    ...identities.map(({ staticKey, staticSecret }) => staticLine(staticKey, staticSecret)),
    ...nodes.flatMap(({ name, events, transcript, planned }) => {
      const onConsole = planned.plan.kind.keyLogConsole === undefined ? [] : transcript.lines.map(({ text }) => text);
      const onPort = events.flatMap(({ kind, data }) =>
        kind === EventKind.KEY_LOG && typeof data["line"] === "string" && EPHEMERAL.test(data["line"])
          ? data["line"]
          : [],
      );
      const told = [...onPort, ...onConsole.filter((line) => EPHEMERAL.test(line))];
      return told.length === 0 ? [] : [`# told by ${name}`, ...told];
    }),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
