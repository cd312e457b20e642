import { resolve } from "node:path";
import { commandName } from "../host/package-assets.ts";
import { colorsFor } from "../report/colors.ts";
import { shortLines } from "../report/words/short-lines.ts";
import { type LoopbackFailure, RUNG_COUNT } from "../worlds/loopback/loopback-ladder.ts";
import { type LoopbackRung, runLoopbackWorld } from "../worlds/loopback/loopback-world.ts";
import { refuseArguments, writeJson, type Command } from "./command.ts";
import { EXIT, exitOfSignal } from "./exit-codes.ts";

const SOURCE_COLUMNS = 12;

export const devCommand: Command = {
  name: "dev",
  summary: "run daemons and self-tests on loopback, in seconds and without a machine",
  usage: "[--events FILE] [--json]",
  teaches: `
The inner loop of whoever changes the stack: two daemons and two self-tests as plain processes of this host, over real sockets on
loopback. One self-test climbs the ladder of udp-sec; the other has udp-sec disabled, so that auto brings it to TCP. Both try many
streams, resets, half-closed streams, wrong identities, and a restart of their daemon. Entropy: the host's kernel alone vouches for it.
Each process has a fixed set of rungs, held to fixtures/markers.toml as in machines: what isn't one of them, or comes twice, fails.

It proves that the processes do what they should, not what is on the wire: for that there are machines (udpsec test).`,
  outcomes: { checkFailed: "a process did not do what it should" },
  options: {
    events: { type: "string", value: "FILE", help: "keeps the events of all processes there (NDJSON)" },
    json: { type: "boolean", help: "one JSON object on stdout" },
  },
  examples: ["udpsec dev", "udpsec dev --events /tmp/dev.ndjson", "udpsec dev --json"],
  async run(parsed, io) {
    refuseArguments("dev", parsed);
    const colors = colorsFor(io.stdout.isTTY, io.environment);
    const isJson = parsed.flag("json");
    const eventFile = parsed.text("events");
    const line = ({ source, text, atMs }: LoopbackRung): string =>
      `${colors.good("ok")}  ${seconds(atMs)}  ${source.padEnd(SOURCE_COLUMNS)}  ${text}\n`;
    const result = await runLoopbackWorld({
      eventFile: eventFile === undefined ? undefined : resolve(eventFile),
      signal: io.signal,
      onRung: (rung) => void (isJson || io.stdout.write(line(rung))),
      onOutput: (text) => void (isJson || io.stdout.write(`${colors.dim(shortLines(`    |  ${text}`))}\n`)),
      announce: (text) => void io.stderr.write(`udpsec: ${text}\n`),
    });
    if (isJson) writeJson(io, { ...result, durationMs: Math.round(result.durationMs) });
    else {
      for (const failure of result.failures) io.stdout.write(`${colors.bad("no")}  ${describe(failure)}\n`);
      const verdict = result.passed ? colors.good("passed") : colors.bad("failed");
      const [first] = result.failures;
      if (first !== undefined)
        io.stdout.write(`explain: ${commandName()} explain ${first.code}\n${again(eventFile)}\n`);
      io.stdout.write(
        `${verdict}  ${result.rungs.length} rungs (${RUNG_COUNT} must come) in ${seconds(result.durationMs).trim()}\n`,
      );
    }
    if (io.signal.aborted) return exitOfSignal(io.signal);
    return result.passed ? EXIT.passed : EXIT.checkFailed;
  },
};

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2).padStart(6)} s`;
}

function describe({ code, source, detail, trace = [] }: LoopbackFailure): string {
  return [`${source.padEnd(SOURCE_COLUMNS)}  ${code}: ${detail}`, ...trace.slice(1)].map(shortLines).join("\n    ");
}

function again(eventFile: string | undefined): string {
  const events =
    eventFile === undefined ? " --events dev.ndjson (keeps what each process said)" : ` --events ${eventFile}`;
  return `again:   ${commandName()} dev${events}`;
}
