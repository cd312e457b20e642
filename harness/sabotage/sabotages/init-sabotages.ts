/** Reports of init that speak against the machine, and gates of which only half was tried. */
import type { RecordedRun } from "../recordings/recording.ts";
import { editFrames } from "../tamper/wire.ts";
import { onRun } from "./honest-runs.ts";
import type { RecordedSabotage } from "./sabotage.ts";

const onUdpSec = { ...onRun("udp-sec"), code: "contradicted", rules: ["init-finished"] } as const;
const onShutGate = { ...onRun("rng-gate"), code: "contradicted", rules: ["nothing-else-on-the-wire"] } as const;
const PROTOCOL_AT = 23;
const [ICMP, TCP] = [1, 6];

export const INIT_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onUdpSec,
    name: "report-without-an-end",
    breaks: "powers the machine off before init has said that it is done",
    tamper: withReport((text) => text.replace(/done\r?\n$/, "")),
  },
  {
    ...onUdpSec,
    name: "no-report-at-all",
    breaks: "keeps init from reporting anything, so that nobody knows what the kernel counted",
    tamper: withReport(() => ""),
  },
  {
    ...onUdpSec,
    name: "processes-that-failed",
    breaks: "prints all markers, and ends with a status that says that something failed",
    tamper: withReport((text) => text.replace("fact agent_status 0", "fact agent_status 1")),
  },
  {
    ...onUdpSec,
    name: "processes-not-apart",
    breaks: "lets one process read what is the other's",
    tamper: withReport((text) => text.replace("fact processes_apart 2", "fact processes_apart 1")),
  },
  {
    ...onUdpSec,
    name: "randomness-from-nowhere",
    breaks: "opens the entropy gate though the kernel has no source that feeds it",
    tamper: withReport((text) => text.replace(/fact rng_current \S+/, "fact rng_current none")),
  },
  {
    ...onUdpSec,
    name: "clock-that-nobody-set",
    breaks: "sets the clock of the machine while it is watched, and nobody asked it to",
    tamper: withReport((text) =>
      text.replace("fact agent_end_s", "fact did_1 clock +3600 1000 4600\nfact agent_end_s"),
    ),
  },
  {
    ...onRun("rng-gate"),
    code: "contradicted",
    rules: ["init-finished"],
    name: "gate-shut-beside-a-source",
    breaks: "says that the gate is shut for want of a source, and has one",
    tamper: withReport((text) => text.replace("fact rng_current none", "fact rng_current virtio_rng.0")),
  },
  {
    ...onRun("rng-gate"),
    code: "contradicted",
    rules: ["init-finished"],
    name: "second-port-behind-a-shut-gate",
    breaks: "listens on another port while it says that the gate is shut",
    tamper: withSample("socket root udp 1000 40404"),
  },
  {
    ...onUdpSec,
    name: "listener-that-nobody-found",
    breaks: "says that it listens, and has no such socket",
    tamper: withSample("socket root udp 1000 37025"),
  },
  {
    ...onUdpSec,
    name: "second-tcp-listener",
    breaks: "listens on a TCP port that nobody planned",
    tamper: withSample("socket root udp 1000 37024\nsocket root tcp 1000 8080"),
  },
  {
    ...onShutGate,
    name: "gate-without-a-look-at-tcp",
    breaks: "says that both ports are closed, and tries the UDP port alone",
    tamper: (run) => editFrames(run, (frame) => (frame[PROTOCOL_AT] === TCP ? [] : [frame])),
  },
  {
    ...onShutGate,
    name: "gate-with-an-open-udp-port",
    breaks: "says that both ports are closed, and its UDP port refuses nothing",
    tamper: (run) => editFrames(run, (frame) => (frame[PROTOCOL_AT] === ICMP ? [] : [frame])),
  },
  {
    ...onShutGate,
    name: "gate-with-an-open-tcp-port",
    breaks: "says that both ports are closed, and its TCP port answers nothing",
    tamper: (run) => editFrames(run, (frame) => (isReset(frame) ? [] : [frame])),
  },
];

function withReport(edit: (text: string) => string): (run: RecordedRun) => RecordedRun {
  return (run) => ({ ...run, nodes: run.nodes.map((node) => ({ ...node, init: edit(node.init) })) });
}

/** What root found open once the daemon was ready. */
function withSample(sockets: string): (run: RecordedRun) => RecordedRun {
  return withReport((text) =>
    text.replace(/fact agent_status \d+\r?\n/, (line) => `${line}sample ready 0\n${sockets}\n`),
  );
}

/** IPv4 without options, as the guests write it. */
function isReset(frame: Buffer): boolean {
  return frame[PROTOCOL_AT] === TCP && ((frame[47] ?? 0) & 0x04) !== 0;
}
