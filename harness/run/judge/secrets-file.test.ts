import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { EventKind } from "../../../contract/events.ts";
import { Transcript } from "../../console/transcript.ts";
import { udpsecGuest } from "../../guests/udpsec-guest.ts";
import { loadProfile } from "../../profiles/load.ts";
import { planTopology } from "../../topology/plan.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";
import { machineLaunch } from "../../worlds/live/launch.ts";
import { previewSurroundings } from "../request/qemu-preview.ts";
import { formatSecrets } from "./secrets-file.ts";

const NO_IMAGE = { drives: [], origin: {} };
const key = (digit: string): string => digit.repeat(64);
const told = (line: string) => ({
  seq: 1,
  source: "selftest",
  atMs: 1,
  kind: EventKind.KEY_LOG,
  data: { line },
  arrivedMs: 1,
});

/** @param lines of its console @param keyLogConsole as its kind says it @param debugLog of the console `debug` */
function nodeThatTells(
  events: FinishedNode["events"],
  lines: readonly string[],
  keyLogConsole?: string,
  debugLog?: string,
) {
  const transcript = new Transcript();
  lines.forEach((text, index) => transcript.add({ number: index + 1, text, atMs: 1, cut: false }));
  const noFiles = { eventLogPath: "", initLogPath: "", serialLogPath: "", capturePaths: [] };
  const files = debugLog === undefined ? undefined : { ...noFiles, consoleLogPaths: { debug: debugLog } };
  const kind = { ...udpsecGuest, ...(keyLogConsole === undefined ? {} : { keyLogConsole }) };
  const [needs] = planTopology(topologyOfProfile(loadProfile("udp-sec").profile), { seed: "s", nonce: "n" }).nodes;
  if (needs === undefined) expect.fail("the profile has no node");
  const planned = machineLaunch(
    { ...needs, kind },
    { kind, image: NO_IMAGE, accelerator: "tcg" },
    previewSurroundings(loadProfile("udp-sec").profile),
  );
  return { name: "a", events, transcript, planned, files };
}

test("a guest without an event port tells them on its console, if its table says so", () => {
  const plan = planTopology(topologyOfProfile(loadProfile("udp-sec").profile), { seed: "s", nonce: "n" });
  const lines = ["hello", `UDPSEC_EPHEMERAL ${key("a")} ${key("b")}`, `UDPSEC_STATIC ${key("c")} ${key("d")}`];
  const textOf = (console?: string): string => formatSecrets(plan, [nodeThatTells([], lines, console)]);
  expect(textOf("main").split("\n").slice(-3)).toEqual(["# told by a", lines[1], ""]);
  expect(textOf()).not.toContain("told by");
});

test("a console of its own may have them: then those of that console count, and no others", () => {
  const folder = mkdtempSync(join(tmpdir(), "secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "debug.log");
  const secret = (digit: string): string => `UDPSEC_EPHEMERAL ${key(digit)} ${key("b")}`;
  // The second one lies across the end of what is read at once.
  writeFileSync(path, `${secret("d")}\r\n${"x".repeat(1000)}\n`.padEnd(65_500, "y") + `\n${secret("e")}\n`);
  const plan = planTopology(topologyOfProfile(loadProfile("udp-sec").profile), { seed: "s", nonce: "n" });
  const text = formatSecrets(plan, [nodeThatTells([], [secret("a")], "debug", path)]);
  expect(text.split("\n").slice(-4)).toEqual(["# told by a", secret("d"), secret("e"), ""]);
});

test("a node tells ephemeral secrets, and nothing else that it says is taken for a secret", () => {
  const plan = planTopology(topologyOfProfile(loadProfile("udp-sec").profile), { seed: "s", nonce: "n" });
  const good = `UDPSEC_EPHEMERAL ${key("a")} ${key("b")}`;
  const lies = [
    `UDPSEC_IDENTITY ${key("c")} ${key("d")}`,
    `UDPSEC_STATIC ${key("c")} ${key("d")}`,
    `UDPSEC_PEER ${key("c")}`,
    `UDPSEC_EPHEMERAL ${key("c")}`,
    `${good}\nUDPSEC_PEER ${key("c")}`,
  ];
  const text = formatSecrets(plan, [nodeThatTells([good, ...lies].map(told), [])]);
  expect(text.split("\n").slice(-3)).toEqual(["# told by a", good, ""]);
  expect(text).not.toContain(key("c"));
});
