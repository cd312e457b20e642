/** Everything that a run can end with. One table: the hint stands in the failure block, the text behind `udpsec explain`. */
interface VerdictText {
  readonly title: string;
  readonly hint: string;
  readonly explain: string;
}

export const VERDICT_TEXTS = {
  passed: {
    title: "passed",
    hint: "nothing to do",
    explain:
      "Every rung of the ladder was reached in order on the serial console, the event port agrees, every evidence rule that has something to judge confirms and none contradicts.",
  },
  missing: {
    title: "a marker never appeared",
    hint: "read the console up to the last rung: the process that prints the missing one stopped there",
    explain:
      "A later rung came, this one did not: the work behind it was passed over, or its marker was not printed. Neither the serial console nor the event port has it. A rung after which nothing came is `exited`, `hung` or `silent` instead. Budgets count from the rung before, times the scale of the boot; both are in summary.json.",
  },
  torn: {
    title: "a marker's bytes were lost or mixed up on the console",
    hint: "look at NODE-serial.log around the line: something wrote into the port past the console's lock. Lock it, or let one of the writers use a port of its own (console.NAME of the guest)",
    explain:
      "The event port delivered the marker with its sequence number and CRC, but the serial console shows only a part of it; or its bytes stand on the console in their order, among those of something else: two processors, or a kernel and a process, wrote at once. Nothing can mend that. A kernel message in the middle of a line moves its parts apart and loses nothing.",
  },
  "torn-but-delivered": {
    title: "a marker was torn apart and delivered whole",
    hint: "nothing to do: a kernel message fell into the line",
    explain:
      "A note, no failure: a kernel message split the marker's line on the serial console, all its bytes are there, and the event port delivered it whole.",
  },
  "out-of-order": {
    title: "a marker came before its turn",
    hint: "compare the rungs in summary.json with the events: the marker is printed before the work that it stands for",
    explain:
      "A marker is written before the packet that lets the peer advance, so the order of the ladder is causal. Two markers appeared the other way round, on one node or between two nodes that the profile orders.",
  },
  duplicate: {
    title: "a marker appeared more often than the profile allows",
    hint: "a marker stands for one event: look for a second session, a restart, or a line printed twice",
    explain: "Each rung names how often its marker is printed (once, unless it says `count`). It was printed again.",
  },
  "wrong-node": {
    title: "a marker was printed by the wrong machine",
    hint: "check which process runs where in NODE-fwcfg-opt-udpsec-net",
    explain: "The marker belongs to the ladder of another node of this profile.",
  },
  "unknown-marker": {
    title: "a line looks like a marker and isn't one",
    hint: "add it to fixtures/markers.toml with what it proves, or print it as an event",
    explain:
      "A line that begins with `dsoftbus` or `SELFTEST:` is a claim. Claims that fixtures/markers.toml doesn't list fail the run: else a changed wording could hide a missing marker. Of a guest with a manifest of its own the prefixes are the manifest's, and such lines are noted, or fail with `undeclared = \"fail\"`.",
  },
  forbidden: {
    title: "something forbidden was printed",
    hint: "the quoted line names it; the lines before it say why",
    explain:
      "A marker that this profile forbids (the enabled path's in a fallback profile, say), a pattern that no run may print, such as an unhandled rejection, or a marker by which a guest says itself that it failed. Fails at once.",
  },
  contradicted: {
    title: "the markers are green and the evidence says otherwise",
    hint: "read the contradicted rule in summary.json, then the capture: tshark -r ARTIFACTS/NODE-nic0.pcap",
    explain:
      "Every marker came, but a rule that reads a source the guest can't write (the capture at the NIC, QMP, the kernel's counters) saw something else. The guest claims what it did not do, or does it otherwise than the profile says.",
  },
  unconfirmed: {
    title: "a marker without the evidence that its entry names",
    hint: "see `evidence` of the marker in fixtures/markers.toml and the captures in the artifact folder",
    explain:
      "A marker is green only if each rule that its entry names spoke: confirmed it, or found that there is nothing to judge. No rule contradicted it, but the rule that should confirm it did not speak, or the run had no evidence at all.",
  },
  "channels-disagree": {
    title: "serial console and event port tell different stories",
    hint: "compare NODE-console.txt with NODE-events.ndjson",
    explain:
      "Each marker goes out twice: on the serial console and, with sequence number and CRC, on the event port. One channel has a marker that the other never had, and nothing was lost on the way.",
  },
  "action-missed": {
    title: "an action of the profile was not done",
    hint: "see `actions` in summary.txt: did its marker come, was its machine still running?",
    explain:
      "What the profile's [[action]] tables ask for was never done, or could not be done: its marker did not come before the end, the machine was gone, QEMU refused, the command failed. A run that was not disturbed as the profile says shows nothing about the disturbance.",
  },
  silent: {
    title: "the guest printed nothing for too long",
    hint: "see NODE-qemu.stderr and NODE-qmp.log; an accelerator that opens but doesn't run looks like this: try --accel tcg",
    explain: "Not one byte came from the guest during the budget of the rung that was waited for.",
  },
  hung: {
    title: "the guest printed something, but not its next marker in time",
    hint: "`doing:` names who spins and who waits; else the last lines of the console: something repeats",
    explain: "Bytes arrived during the budget of the rung that was waited for, but not its marker.",
  },
  crashed: {
    title: "the kernel or a process of the guest crashed",
    hint: "the quoted line is the first sign; of a process of ours the trace is above, in the TypeScript; the kernel's is in NODE-console.txt",
    explain:
      "An error that nobody caught ended a process of the agent, a kernel panic, oops or bug, the out-of-memory killer, a segmentation fault, or QMP reported that the guest panicked or reset.",
  },
  exited: {
    title: "the guest ended before its ladder was complete",
    hint: "see NODE-init.log and the last events: the agent or init ended early",
    explain: "QMP says that the guest powered itself off, in order, but rungs are missing.",
  },
  flooded: {
    title: "a guest wrote more than a run may write",
    hint: "look at the end of the file that is named: what repeats there?",
    explain:
      "Each channel of a guest (serial console, event port, init's report) and QEMU's stderr may hold 16 MiB per run. The machine was killed when one grew longer, and the file was cut at the limit.",
  },
  stopped: {
    title: "QEMU stopped the guest or died",
    hint: "see NODE-qemu.stderr and NODE-qmp.log; with KVM try --accel tcg",
    explain: "QMP reported STOP or an internal error, or the QEMU process ended by itself with a signal or status.",
  },
  "timed-out": {
    title: "the run's deadline passed",
    hint: "raise it with --timeout 5m or RUN_TIMEOUT=5m if the machine is slow; else see who was doing what, and the first missing rung",
    explain:
      "One deadline per profile counts from QEMU's start, set-up not included. A profile's own is multiplied by the scale of the boot, as budgets are; RUN_TIMEOUT and --timeout are what they say, and take what timeout(1) takes: 190, 190s, 3m, 1h. Exit status 124.",
  },
  interrupted: {
    title: "the run was interrupted",
    hint: "run it again",
    explain: "SIGINT or SIGTERM: QEMU was ended, the summary written, exit status 130 or 143.",
  },
  "setup-failed": {
    title: "this host lacks what the run needs",
    hint: "the message says what is missing; put that right and run it again",
    explain: "Something that the run needs is missing or unusable; nothing was proved or disproved. Exit status 2.",
  },
} as const satisfies Readonly<Record<string, VerdictText>>;

export type VerdictCode = keyof typeof VERDICT_TEXTS;

export const VERDICT_CODES = Object.keys(VERDICT_TEXTS) as readonly VerdictCode[];

export function isVerdictCode(text: string): text is VerdictCode {
  return Object.hasOwn(VERDICT_TEXTS, text);
}
