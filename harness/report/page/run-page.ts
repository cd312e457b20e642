/** The page of one run. */
import { secondsText } from "../model/time-text.ts";
import { ConsolePanel } from "./console-panel.ts";
import { drawnAnew } from "./drawn-anew.ts";
import { button, element, section } from "./element.ts";
import { filterBar } from "./filter-bar.ts";
import { findingList } from "./finding-list.ts";
import { listenToKeys } from "./keyboard.ts";
import { PacketPanel } from "./packet-panel.ts";
import { Plots } from "./plots.ts";
import { rungTable } from "./rung-table.ts";
import { themeButton } from "./theme.ts";
import { Timeline } from "./timeline.ts";
import { verdictHeader } from "./verdict.ts";
import type { View } from "./view.ts";

const ZOOM_STEP = 0.5;
const PAN_SHARE = 0.2;

export function runPage(view: View): HTMLElement {
  const console = new ConsolePanel(view);
  const packets = new PacketPanel(view);
  const timeline = new Timeline(view);
  const plots = new Plots(view);
  const theme = themeButton(() => {
    timeline.redraw();
    plots.redraw();
  });
  const help = button("?", { class: "chip", title: "keys (?)", "aria-label": "keys" }, () => keys.showModal());
  const filters = filterBar(view, [theme, help]);
  const keys = listenToKeys([
    {
      keys: ["b"],
      what: "to the moment at which it broke",
      run: () => document.getElementById("broken-rung")?.click(),
    },
    { keys: ["j", "ArrowDown"], what: "next packet", run: () => packets.step(1) },
    { keys: ["k", "ArrowUp"], what: "packet before", run: () => packets.step(-1) },
    { keys: ["l"], what: "next packet that the network lost or changed", run: () => packets.stepToFault(1) },
    { keys: ["L"], what: "the one before", run: () => packets.stepToFault(-1) },
    { keys: ["n"], what: "next rung", run: () => stepRung(view, 1) },
    { keys: ["p"], what: "rung before", run: () => stepRung(view, -1) },
    { keys: ["+", "="], what: "zoom in", run: () => view.zoom(ZOOM_STEP) },
    { keys: ["-"], what: "zoom out", run: () => view.zoom(1 / ZOOM_STEP) },
    { keys: ["0"], what: "the whole run", run: () => view.set(view.whole) },
    { keys: ["ArrowLeft"], what: "to the left", run: () => view.pan(-PAN_SHARE) },
    { keys: ["ArrowRight"], what: "to the right", run: () => view.pan(PAN_SHARE) },
    { keys: ["/"], what: "search the console", run: () => console.search.focus() },
    { keys: ["e"], what: "events among the console's lines", run: () => console.events.click() },
    { keys: ["f"], what: "filter", run: () => filters.text.focus() },
    { keys: ["Escape"], what: "show everything again", run: () => showEverything(view) },
    { keys: ["t"], what: "light or dark", run: () => theme.click() },
    { keys: ["?"], what: "these keys", run: () => keys.showModal() },
  ]);
  return element(
    "main",
    {},
    drawnAnew(view, [], verdictHeader),
    filters.element,
    element("div", { class: "around" }, console.element, packets.element),
    timeline.element,
    plots.element,
    element("div", { class: "two" }, drawnAnew(view, ["rung"], rungTable), drawnAnew(view, [], findingList)),
    drawnAnew(view, [], machines),
    drawnAnew(view, [], leftOut),
    keys,
  );
}

function stepRung(view: View, by: 1 | -1): void {
  const { rungs } = view.data;
  const order = rungs
    .flatMap(({ reachedMs }, at) => (reachedMs === undefined ? [] : { at, reachedMs }))
    .sort((a, b) => a.reachedMs - b.reachedMs);
  const here = order.findIndex(({ at }) => at === view.now.rung);
  const next = order[here < 0 ? (by > 0 ? 0 : order.length - 1) : here + by];
  if (next !== undefined)
    view.goTo(next.reachedMs, { rung: next.at, console: rungs[next.at]?.node ?? "", row: undefined });
}

function showEverything(view: View): void {
  view.set({ asked: undefined, text: "", kinds: new Set(), node: undefined, row: undefined });
}

function machines({ data: { nodes } }: View): HTMLElement {
  return section(
    "machines",
    "Machines",
    element(
      "ul",
      {},
      ...nodes.map(({ name, guest, ending, bootMs }) => {
        const boot = bootMs === undefined ? "said nothing" : `first own line at ${secondsText(bootMs)} s`;
        return element("li", {}, element("b", {}, name), ` ${guest}: ${boot}, ended by ${ending}`);
      }),
    ),
  );
}

function leftOut({ data: { leftOut: sentences } }: View): HTMLElement {
  const always = "No payloads and no secrets are on this page.";
  return section(
    "left-out",
    "Left out",
    element("ul", {}, ...[always, ...sentences].map((text) => element("li", {}, text))),
  );
}
