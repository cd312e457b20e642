/** What the rules of evidence said, each with the packets that it speaks of. */
import type { FindingData } from "../model/run-data.ts";
import { button, element, section } from "./element.ts";
import type { View } from "./view.ts";

const ORDER = ["contradicted", "confirmed", "nothing-to-judge", "unavailable"];

export function findingList(view: View): HTMLElement {
  const { findings } = view.data;
  const spoke = findings
    .map((finding, index) => ({ finding, index }))
    .filter(({ finding }) => finding.verdict !== "unavailable")
    .sort((a, b) => ORDER.indexOf(a.finding.verdict) - ORDER.indexOf(b.finding.verdict));
  const silent = findings.filter(({ verdict }) => verdict === "unavailable");
  return section(
    "rules",
    "Rules of evidence",
    ...spoke.map(({ index }) => findingButton(view, index, true)),
    silent.length === 0
      ? undefined
      : element("p", { class: "dim" }, `Could not speak: ${[...new Set(silent.map(({ rule }) => rule))].join(", ")}`),
  );
}

/** @param hasId it is the one that others lead to */
export function findingButton(view: View, index: number, hasId = false): HTMLElement {
  const finding = view.data.findings[index];
  if (finding === undefined) return element("div");
  const { rule, verdict, saw, text, marker } = finding;
  const made = button("", { class: `finding ${verdict}`, title: text, "data-finding": String(index) }, () =>
    ask(view, finding),
  );
  if (hasId) made.id = `finding-${index}`;
  made.append(
    element("span", { class: `dot ${verdict}` }, verdict),
    element("b", {}, rule),
    marker === undefined ? "" : element("span", { class: "dim" }, ` for ${marker}`),
    element("span", { class: "saw" }, saw),
  );
  return made;
}

/** Shows the packets that a rule speaks of: the first that it names, or the first of its kind. */
function ask(view: View, { rule, about, cited }: FindingData): void {
  const [row] = cited;
  view.set({ asked: { label: rule, about, cited }, kinds: new Set(), text: "", node: undefined });
  if (row !== undefined) view.goTo((view.columns.timeUs[row] ?? 0) / 1000, { row });
  document.getElementById("packets")?.scrollIntoView({ block: "nearest" });
}
