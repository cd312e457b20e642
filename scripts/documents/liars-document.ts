/** docs/liars.md from the lies themselves. */
import type { Lie } from "../../harness/peer/lies/lie.ts";

/** @returns the whole document */
export function liarsDocument(lies: Readonly<Record<string, Lie>>): string {
  const entries = Object.entries(lies);
  return `# Peers that lie

That a guest compares what came, refuses whom it must and keeps to its peer's credit shows only where somebody at the other end lies. The
harness has such a peer: \`harness/peer/\`, a small second implementation on the observer's codec, with valid keys. It shares no code with the guest
(a rule of \`npm run -s imports\`).

It runs as a process on the host beside the machine, tells the truth first in a session that each side dials, so that a guest which refuses
everybody fails, and then lies: each lie in a session of its own. Which, the run's seed decides, once the guest has been found honest. Nothing
that the guest is told (its configuration, the addresses, the time) tells a run with one lie from a run with another.

- \`./scripts/qemu-test.sh --profile=liars\` tells all ${entries.length}, in about a minute.
- Each run of \`two-party\` tells two, of those that don't wait for a timer of the guest's.
- \`npx vitest run harness/peer\` tells all to the guest's daemon on loopback.

A run fails if the guest does something else than it must (\`forbidden\`, with what the peer says of it), if the observer has anything against the
guest, if it doesn't see a lie where it was told, or if it sees the peer break a rule that it didn't mean to break. Findings are told apart by
the socket of the accused; the peer's process says in its events (\`lie-told\`) which socket tells which lie.

This file is made by \`npx vitest run scripts/documents/liars-document.test.ts -u\`.

| lie | what the peer does | the observer's rule that it breaks | what the guest must do |
| --- | --- | --- | --- |
${entries.map(([name, lie]) => rowOf(name, lie)).join("\n")}

Where no rule is named, a wire doesn't show that it is a lie: what the guest does is all that is judged. The guest dials for those of
\`answer-...\` and \`control-reply-...\`; it is dialled for the others.
`;
}

function rowOf(name: string, { text, breaks, also = [], guestMust, requirement }: Lie): string {
  const rules = breaks === undefined ? "none" : [breaks, ...also].map((rule) => `\`${rule}\``).join(", ");
  return `| \`${name}\` | ${text} | ${rules} | ${guestMust} (${requirement}) |`;
}
