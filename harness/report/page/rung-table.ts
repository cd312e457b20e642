/** The ladder: each rung with what confirmed it. */
import { secondsText } from "../model/time-text.ts";
import type { RungData } from "../model/run-data.ts";
import { button, element, section } from "./element.ts";
import { findingButton } from "./finding-list.ts";
import type { View } from "./view.ts";

const MARKS = { reached: "✓", missing: "✗", unreached: "–", awaited: "·" } as const;
const NOT_REACHED = { reached: "", missing: "never", unreached: "not reached", awaited: "not yet" } as const;

export function rungTable(view: View): HTMLElement {
  const items = view.data.rungs.map((rung, at) => rungItem(view, rung, at));
  const list = element("ol", { class: "rungs" }, ...items);
  return section("rungs", "Rungs", items.length === 0 ? element("p", { class: "dim" }, "There are none.") : list);
}

function rungItem(view: View, rung: RungData, at: number): HTMLElement {
  const { node, text, reachedMs, tookMs, status, standing } = rung;
  const time = reachedMs === undefined ? NOT_REACHED[status] : `${secondsText(reachedMs)} s`;
  const isOpen = view.now.rung === at;
  const head = button("", { class: "rung-head", "data-key": `rung ${at}`, "aria-expanded": String(isOpen) }, () => {
    if (isOpen) view.set({ rung: undefined });
    else if (reachedMs === undefined) view.set({ rung: at, console: node });
    else view.goTo(reachedMs, { rung: at, console: node, row: undefined });
  });
  head.append(
    element("span", { class: `mark ${status}` }, MARKS[status]),
    element("span", { class: "time mono" }, time),
    element("span", { class: "text" }, `${node}: ${text}`),
    element("span", { class: `standing ${standing.replaceAll(/[^a-z]/g, "-")}` }, standing),
  );
  const took = tookMs === undefined ? undefined : `${secondsText(tookMs)} s after the rung before`;
  if (!isOpen) return element("li", { class: status }, head);
  const body = element(
    "div",
    { class: "rung-body" },
    element("p", {}, rung.proves),
    element("p", { class: "dim" }, [rung.marker, took].filter((part) => part !== undefined).join(" · ")),
    ...confirmations(view, rung),
  );
  return element("li", { class: `${status} here` }, head, body);
}

function confirmations(view: View, { findings, reachedMs, status }: RungData): HTMLElement[] {
  if (findings.length === 0) {
    const why =
      status === "unreached"
        ? "Not reached: its machine did not get beyond the rung that is missing above."
        : reachedMs === undefined
          ? "It was not printed: nothing was asked."
          : "No rule of evidence was asked about it.";
    return [element("p", { class: "dim" }, why)];
  }
  return findings.map((index) => findingButton(view, index));
}
