import { readFileSync } from "node:fs";
import { EventKind } from "../../../contract/events.ts";
import { staticLine } from "../../../contract/key-log-line.ts";
import { LineAssembler, type ConsoleLine } from "../../console/line-assembler.ts";
import { MAIN_CONSOLE } from "../../guests/guest-table.ts";
import type { Plan } from "../../topology/plan.ts";
import { identityOf, residentsOf, strangerOf, suiteDevicesOf } from "../../topology/residents.ts";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";

export const SECRETS_FILE = "secrets.txt";
/** All that a node is believed to know better than we: were it to name identities or peers, it would choose whom to be judged as. */
const EPHEMERAL = /^UDPSEC_EPHEMERAL [0-9a-f]{64} [0-9a-f]{64}$/;
const CHUNK_BYTES = 64 * 1024;
export const OWNERS_ALONE = 0o600;

/** What a node told, on its event port, and on the console of which its kind says that secrets stand there. */
type TellingNode = Pick<FinishedNode, "name" | "events" | "transcript" | "planned" | "files">;

/**
 * A key log (docs/distributed/dsoftbus-transport.md#131-key-log): the static keys of all identities, which we made, and the ephemeral
 * ones that nodes told. Whoever reads it checks each against the wire.
 */
export function formatSecrets({ topology, nonce }: Plan, nodes: readonly TellingNode[]): string {
  const residents = residentsOf(topology);
  const strangers = residents.filter(
    ({ node, process }) => process.kind === "selftest" || node.lies !== undefined || node.cases !== undefined,
  );
  const identities = [
    ...residents.map((resident) => identityOf(resident, nonce)),
    ...strangers.map((resident) => strangerOf(resident, nonce)),
    ...residents.flatMap((resident) => suiteDevicesOf(resident, nonce).map(({ identity }) => identity)),
  ];
  const lines = [
    "# identities",
    ...identities.map(({ staticKey, staticSecret }) => staticLine(staticKey, staticSecret)),
    ...nodes.flatMap((node) => {
      const { name, events } = node;
      const onPort = events.flatMap(({ kind, data }) =>
        kind === EventKind.KEY_LOG && typeof data["line"] === "string" && EPHEMERAL.test(data["line"])
          ? data["line"]
          : [],
      );
      const told = [...onPort, ...toldOnConsole(node)];
      return told.length === 0 ? [] : [`# told by ${name}`, ...told];
    }),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function toldOnConsole({ planned, transcript, files }: TellingNode): string[] {
  const { keyLogConsole } = planned.plan.kind;
  if (keyLogConsole === undefined) return [];
  if (keyLogConsole === MAIN_CONSOLE) return ephemeral(transcript.lines);
  const path = files?.consoleLogPaths?.[keyLogConsole];
  return path === undefined ? [] : toldInFile(path);
}

/** A console that nobody listens to while the run lives; how long it may grow its table says. */
function toldInFile(path: string): string[] {
  const bytes = readFileSync(path);
  const lines = new LineAssembler();
  const told: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    told.push(...ephemeral(lines.push(bytes.subarray(at, at + CHUNK_BYTES), 0)));
  return [...told, ...ephemeral(lines.end())];
}

function ephemeral(lines: readonly ConsoleLine[]): string[] {
  return lines.map(({ text }) => text).filter((text) => EPHEMERAL.test(text));
}
