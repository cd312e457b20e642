/** The suite as a process of the harness beside a machine: `--plan FILE --events FILE`. Its console is its standard output. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { EventKind } from "../../../contract/events.ts";
import { harnessVersion } from "../../host/harness-version.ts";
import { hex } from "../../observer/crypto/bytes.ts";
import { deviceOfSeed } from "../../observer/crypto/device.ts";
import { PeerConsole } from "../../peer/peer-console.ts";
import { runPeerProcess } from "../../peer/run-peer-process.ts";
import { PATIENCE_MS } from "../../peer/transport/changes.ts";
import { PeerSocket } from "../../peer/transport/peer-socket.ts";
import { colorsFor } from "../../report/colors.ts";
import { CASES } from "../cases/index.ts";
import { targetGround } from "../grounds/target-ground.ts";
import { conformJson, conformJunit } from "../report/files.ts";
import { resultText, summaryText } from "../report/result-text.ts";
import { chooseCases } from "../run/choose-cases.ts";
import type { ConformResult } from "../run/conform-result.ts";
import { runSuite, type SuiteResult } from "../run/run-suite.ts";
import { awaitTarget } from "./await-target.ts";
import { type SuitePlan, suitePlanSchema } from "../../peer/suite-plan.ts";

const SOURCE = "conform";
const LOOPBACK = "127.0.0.1";
const PLAIN = colorsFor(false, {});

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

async function playAll(plan: SuitePlan, console: PeerConsole, signal: AbortSignal): Promise<SuiteResult> {
  const { target, suiteSeeds, strangerSeed, cases } = plan;
  const [first, ...more] = suiteSeeds.map((seed) => deviceOfSeed(bytesOf(seed)));
  if (first === undefined) throw new RangeError("the schema asks for one at least");
  const device = { deviceId: target.deviceId, staticPublicKey: bytesOf(target.staticKey) };
  const ground = targetGround(
    { address: LOOPBACK, port: target.port },
    { target: device, suite: [first, ...more] },
    {
      // User networking shows the machine this one as its host, and no other of loopback's.
      addresses: () => [LOOPBACK],
      stranger: deviceOfSeed(bytesOf(strangerSeed)),
      onEphemeral: (publicKey, secret) =>
        console.event(EventKind.KEY_LOG, { line: `UDPSEC_EPHEMERAL ${hex(publicKey)} ${hex(secret)}` }),
    },
  );
  const [lane] = ground.lanes;
  if (lane !== undefined) await awaitTarget(lane, signal);
  const chosen = chooseCases(CASES, { only: [], isQuick: cases === "quick" }).filter((one) => one.target === "listens");
  const onResult = (result: ConformResult): void => {
    for (const line of resultText(result, PLAIN).trimEnd().split("\n")) console.line(line);
  };
  return await runSuite(chosen, ground, { patienceMs: PATIENCE_MS, signal, onResult });
}

/** One line for whatever keeps the run from passing: its beginning is forbidden. */
function tell({ results, durationMs, error }: SuiteResult, console: PeerConsole): void {
  for (const line of summaryText(results, { durationMs, asked: results.length }, PLAIN).trimEnd().split("\n"))
    console.line(line);
  if (error !== undefined) console.line(`CONFORM: the suite broke off: ${error.message}`);
  for (const { conformCase, verdict, detail } of results) {
    if (verdict === "fail") console.line(`CONFORM: failed ${conformCase.id}: ${detail}`);
    if (verdict === "inconclusive" && conformCase.isAlone !== true)
      console.line(`CONFORM: not judged ${conformCase.id}: ${detail}`);
  }
  const passed = results.filter(({ verdict }) => verdict === "pass").length;
  if (error === undefined && results.every(isSatisfied)) console.marker(`CONFORM: cases passed ${passed}`);
}

/** A machine may be slower than the rate that it grants: what happens over it then can't be asked of it, and is told above. */
function isSatisfied({ conformCase, verdict }: ConformResult): boolean {
  return verdict === "pass" || (verdict === "inconclusive" && conformCase.isAlone === true);
}

async function run(): Promise<number> {
  const { values } = parseArgs({ options: { plan: { type: "string" }, events: { type: "string" } } });
  const { plan: planFile = "", events = "" } = values;
  const plan = suitePlanSchema.parse(JSON.parse(readFileSync(planFile, "utf8")));
  const console = new PeerConsole(events, SOURCE);
  const abort = new AbortController();
  const ended = new Promise<void>((resolve) => abort.signal.addEventListener("abort", () => resolve()));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort(signal));
  // Nobody dials it; the machine is told of a port nonetheless, as of any peer.
  const socket = await PeerSocket.open();
  console.event(EventKind.LISTENING, { port: socket.place.port });
  const startedAt = new Date().toISOString();
  const suite = await playAll(plan, console, abort.signal);
  const { results, durationMs, error } = suite;
  const told = error === undefined ? undefined : { code: error.code, message: error.message };
  const head = {
    target: "the machine",
    suite: harnessVersion(),
    agent: undefined,
    startedAt,
    durationMs,
    asked: results.length,
    error: told,
  };
  const folder = dirname(events);
  writeFileSync(join(folder, "conform.json"), conformJson(head, results));
  writeFileSync(join(folder, "conform.xml"), conformJunit(head, results));
  if (!abort.signal.aborted) tell(suite, console);
  await ended;
  socket.close();
  return 0;
}

runPeerProcess(run);
