/** docs/liars.md from the lies themselves. */
import { IDENTITY_CHECKS, type Lie } from "../../harness/peer/lies/lie.ts";

/** @returns the whole document */
export function liarsDocument(lies: Readonly<Record<string, Lie>>): string {
  const entries = Object.entries(lies);
  return `# Peers that lie

That a guest compares what came, refuses whom it must and keeps to its peer's credit shows only where somebody at the other end lies. The
harness has such a peer: \`harness/peer/\`, a small second implementation on the observer's codec, with valid keys. It shares no code with the guest
(a rule of \`npm run -s imports\`).

It runs as a process on the host beside the machine, tells the truth first in a session that each side dials, so that a guest which refuses
everybody fails, and then lies: each lie in a session of its own, and in the end the truth once more. Which lies, the run's seed decides, once
the guest has been found honest. There are two such peers, for udp-sec and for TCP: a device of its own each, dialled by a daemon of the machine
that speaks that transport. Nothing that the guest is told (its configuration, the addresses, the time) tells a
run with one lie from a run with another, or a peer that lies from one that doesn't: peers have names that are drawn for each run, in a table in the
order of those names. \`plan.json\` of the run's folder says who is who (\`alias\`).

- \`./scripts/qemu-test.sh --profile=liars\` tells all ${entries.length}, in about a minute.
- Each run of \`two-party\` tells nine, of those that don't wait for a timer of the guest's: over either transport one that shows each check of
  identity (of the proof, of the peer table, of whom the guest has dialled), whatever the seed; beside them two over udp-sec and one over TCP.
- \`npx vitest run harness/peer\` tells all to the guest's daemon on loopback.

A run fails if the guest does something else than it must (\`forbidden\`, with what the peer says of it), if the observer has anything against the
guest, if it doesn't see a lie where it was told, or if it sees the peer break a rule that it didn't mean to break. Findings are told apart by
the socket of the accused; the peer's process says in its events (\`lie-told\`) which socket tells which lie.

This file is made by \`npx vitest run scripts/documents/liars-document.test.ts -u\`.

| lie | what the peer does | the observer's rule that it breaks | what the guest must do |
| --- | --- | --- | --- |
${entries.map(([name, lie]) => rowOf(name, lie)).join("\n")}

Where no rule is named, a wire doesn't show that it is a lie: what the guest does is all that is judged. Those of \`tcp-...\` are told over TCP. The
guest dials for those of \`answer-...\`, \`tcp-answer-...\` and \`control-reply-...\`; it is dialled for the others. Each of these shows a check of
identity, since a guest without it lets the peer in, or goes on:

| check | lies |
| --- | --- |
${IDENTITY_CHECKS.map((check) => `| ${CHECKS[check]} | ${showing(entries, check)} |`).join("\n")}
`;
}

const CHECKS: Readonly<Record<(typeof IDENTITY_CHECKS)[number], string>> = {
  proof: "a proof signs what it must",
  "peer-table": "the table lists the device, with that static key",
  "dialled-device": "who answers is who was dialled",
};

function showing(entries: readonly (readonly [string, Lie])[], check: string): string {
  return entries
    .filter(([, { shows }]) => shows === check)
    .map(([name]) => `\`${name}\``)
    .join(", ");
}

function rowOf(name: string, { text, breaks, also = [], guestMust, requirement }: Lie): string {
  const rules = breaks === undefined ? "none" : [breaks, ...also].map((rule) => `\`${rule}\``).join(", ");
  return `| \`${name}\` | ${text} | ${rules} | ${guestMust} (${requirement}) |`;
}
