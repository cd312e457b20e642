import { accessSync, constants, readFileSync } from "node:fs";
import { addSecretsOf } from "../observer/keys/secrets-text.ts";
import { Secrets } from "../observer/keys/secrets.ts";
import type { JudgeReport } from "../observer/judging/judge-report.ts";
import { judgeCaptures } from "../observer/judging/judge-captures.ts";
import { sessionFollowers } from "../observer/judging/session-followers.ts";
import { usageError, writeJson, type Command } from "./command.ts";
import { toldWhile } from "./long-work.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { readJudgePlan, type JudgePlan } from "./judge-plan.ts";
import { judgeReportText } from "./judge-text.ts";
import { secretLinesOf } from "./secret-lines.ts";

const EXIT_OF: Readonly<Record<JudgeReport["verdict"], ExitCode>> = {
  kept: EXIT.passed,
  broken: EXIT.checkFailed,
  "not-judged": EXIT.cannotRun,
};

export const judgeCommand: Command = {
  name: "judge",
  summary: "hold captures of any implementation to the specification",
  usage: "CAPTURE... [--secrets FILE]... [--plan FILE] [--tap ADDRESS]... [--json]",
  teaches: `
Reads pcap and pcapng of any size, opens every handshake with the secrets of one of its sides, follows each session over UDP and TCP
to its end, and tells each rule of docs/distributed that somebody broke, with packet number and section. It shares no code with the
stack. What it can't judge it tells too, with the packet from which on: a cut packet, a missing start, a link type that it doesn't
know. Several captures of one run are taken together.

Secrets are a key log (the specification, 13.1) and the static secret of the same side, from a file or in the capture; --plan and the
rest: docs/judging.md.`,
  outcomes: {
    passed: "a session was followed from MSG1 to its end, and no rule is broken",
    checkFailed: "a rule is broken",
    cannotRun: "nothing, or not everything, could be judged; or usage",
  },
  options: {
    secrets: {
      type: "string",
      multiple: true,
      value: "FILE",
      help: "lines UDPSEC_STATIC, UDPSEC_EPHEMERAL, ...; the events of a daemon with keyLog; what udpsec keygen wrote",
    },
    plan: { type: "string", value: "FILE", help: "who is who, as JSON" },
    tap: {
      type: "string",
      multiple: true,
      value: "ADDRESS",
      help: "the capturing machine's address, where the capture doesn't tell what left and what came",
    },
    json: { type: "boolean", help: "as data" },
  },
  takes: "file",
  examples: [
    "udpsec judge run.pcapng --secrets secrets.txt",
    "udpsec judge eth0.pcap --secrets secrets.txt --tap 192.0.2.7 --plan plan.json",
  ],
  async run(parsed, io) {
    const [...captures] = parsed.positionals;
    if (captures.length === 0) throw usageError("a capture is judged: udpsec judge CAPTURE...", "pcap or pcapng");
    for (const path of captures) checkReadable(path, "capture");
    const plan = readJudgePlan(parsed.text("plan"));
    const files = captures.map((path) => ({ path, file: path }));
    const how = {
      secrets: secretsFor(parsed.texts("secrets"), plan),
      devices: plan.devices,
      taps: new Set([...plan.taps, ...parsed.texts("tap")]),
      followers: sessionFollowers(plan.following),
      timing: plan.following,
    };
    const report = await toldWhile("judge", io, () => judgeCaptures(files, how));
    if (parsed.flag("json")) writeJson(io, report);
    else io.stdout.write(judgeReportText(report));
    return EXIT_OF[report.verdict];
  },
};

function secretsFor(paths: readonly string[], { devices }: JudgePlan): Secrets {
  const secrets = new Secrets();
  for (const path of paths) {
    checkReadable(path, "file of secrets");
    addSecretsOf(secretLinesOf(readFileSync(path, "utf8")), path, secrets);
  }
  for (const { staticKey, deviceId } of devices ?? [])
    secrets.addDevice(Uint8Array.from(Buffer.from(staticKey, "hex")), deviceId);
  return secrets;
}

function checkReadable(path: string, what: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw usageError(`no ${what} that can be read at ${path}`, "is the path right?");
  }
}
