import { loadAllProfiles } from "../profiles/load.ts";
import { machinesOf } from "../run/request/machine-needs.ts";
import { refuseArguments, writeJson, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { reportError } from "./report-error.ts";

export const listCommand: Command = {
  name: "list",
  summary: "the profiles and what each proves",
  usage: "[--json]",
  teaches: `
A profile says what to boot and what to expect: machines, network, faults, processes, the ladder of markers of each machine, and
the evidence that must confirm them. The files are in fixtures/profiles.`,
  outcomes: { passed: "listed", cannotRun: "usage, or a profile is broken: stderr says why, the others are listed" },
  options: { json: { type: "boolean", help: "as data" } },
  examples: ["udpsec list", "udpsec list --json"],
  async run(parsed, io) {
    refuseArguments("list", parsed);
    const { loaded, broken } = loadAllProfiles();
    for (const { error } of broken) reportError(error, io);
    const status = broken.length === 0 ? EXIT.passed : EXIT.cannotRun;
    const profiles = loaded.map(({ profile }) => profile);
    if (parsed.flag("json")) {
      const entries = profiles.map((profile) => ({
        name: profile.name,
        proves: profile.proves,
        machines: machinesOf(profile),
        network: profile.network.kind,
        worlds: profile.worlds,
        timeoutMs: profile.timeout,
        rungs: profile.node.flatMap((node) => node.rung.map((rung) => ({ node: node.name, marker: rung.marker }))),
        evidence: profile.evidence,
      }));
      writeJson(io, entries);
      return status;
    }
    const width = Math.max(0, ...profiles.map(({ name }) => name.length));
    for (const profile of profiles) {
      const machines = machinesOf(profile);
      const what = `${machines} VM${machines === 1 ? " " : "s"}  ${profile.network.kind.padEnd(8)}`;
      io.stdout.write(`${profile.name.padEnd(width)}  ${what}  ${profile.proves}\n`);
    }
    return status;
  },
};
