/** One packet, all that is known of it. */
import { NONE, WAYS } from "../model/packet-columns.ts";
import { selects } from "../model/packet-selection.ts";
import { kindOf } from "../model/packet-text.ts";
import { secondsText } from "../model/time-text.ts";
import { button, element } from "./element.ts";
import type { View } from "./view.ts";

/** More rules than these are a list that nobody reads. */
const MAX_RULES = 12;

export function packetDetail(view: View, row: number): HTMLElement[] {
  const { columns, data } = view;
  const { packets } = data;
  if (packets === undefined) return [];
  const number = (name: Exclude<keyof typeof columns, "rows">): number => columns[name][row] ?? NONE;
  const session = packets.sessions[number("session")];
  const end = (isInitiator: boolean): string => (isInitiator ? session?.initiator : session?.responder) ?? "";
  const isUp = number("fromInitiator") === 1;
  const facts: readonly (readonly [string, string | undefined])[] = [
    [
      "where",
      `${packets.taps[number("tap")] ?? ""}, ${WAYS[number("way")] ?? ""}, at ${secondsText(number("timeUs") / 1000)} s`,
    ],
    ["frame", `${number("number")} of ${packets.files[number("file")] ?? ""}, ${number("bytes")} bytes`],
    ["session", session && `${session.id}, ${end(isUp)} → ${end(!isUp)}${session.isOpened ? "" : " (not opened)"}`],
    ["packet number", shown(number("packetNumber"))],
    ["acknowledges", shown(number("acknowledged"))],
    ["has received", unit(number("delivered"), "bytes of the stream")],
    ["gives credit of", unit(number("window"), "bytes")],
    [
      "carries",
      number("offset") === NONE
        ? undefined
        : `${number("dataBytes")} bytes from ${number("offset")}${number("repeated") === 1 ? ", sent before" : ""}`,
    ],
    ["the network", packets.fates[number("fate") - 1]],
  ];
  return [
    element("h3", {}, kindOf(columns, row)),
    element(
      "dl",
      {},
      ...facts.flatMap(([name, text]) =>
        text === undefined ? [] : [element("dt", {}, name), element("dd", {}, text)],
      ),
    ),
    ...rulesAbout(view, row),
  ];
}

function shown(value: number): string | undefined {
  return value === NONE ? undefined : String(value);
}

function unit(value: number, of: string): string | undefined {
  return value === NONE ? undefined : `${value} ${of}`;
}

/** Who names it comes first, then who speaks of some of its kind. */
function rulesAbout(view: View, row: number): HTMLElement[] {
  const { findings, packets } = view.data;
  if (packets === undefined) return [];
  const about = findings
    .map((finding) => ({ finding, isCited: finding.cited.includes(row) }))
    .filter(
      ({ finding, isCited }) =>
        isCited || (isNarrow(finding.about) && selects(finding.about, packets, view.columns)(row)),
    )
    .sort((a, b) => Number(b.isCited) - Number(a.isCited))
    .slice(0, MAX_RULES);
  if (about.length === 0) return [];
  const chips = element(
    "p",
    { class: "about" },
    "Rules about it: ",
    ...about.map(({ finding, isCited }) =>
      button(
        `${finding.rule}${isCited ? " (names it)" : ""}`,
        { class: `chip ${finding.verdict}`, title: finding.saw },
        () => {
          document.getElementById(`finding-${findings.indexOf(finding)}`)?.scrollIntoView({ block: "center" });
        },
      ),
    ),
  );
  return [chips];
}

function isNarrow({ kinds, faulty, repeated }: View["data"]["findings"][number]["about"]): boolean {
  return kinds !== undefined || faulty === true || repeated === true;
}
