/** The page's program: shows a run, or the runs of a batch and the one that was chosen. */
import { button, element } from "./element.ts";
import { followLiveRun } from "./live-run.ts";
import { loadRun, readHeads } from "./load-run.ts";
import style from "./page.css";
import { PLOT_STYLE } from "./plots.ts";
import { runPage } from "./run-page.ts";
import { View } from "./view.ts";
import type { RunHead } from "../model/run-data.ts";

const sheet = new CSSStyleSheet();
sheet.replaceSync(PLOT_STYLE + style);
document.adoptedStyleSheets = [sheet];

const place = element("div", { id: "place" });
if (document.documentElement.dataset["live"] === undefined) showFinished(readHeads());
else showLive();

function showFinished(heads: readonly RunHead[]): void {
  const list = heads.length > 1 ? runList(heads, (index) => void show(index, list)) : undefined;
  document.body.append(...(list === undefined ? [] : [list]), place);
  void show(firstShown(heads), list);
}

function showLive(): void {
  const state = element("p", { class: "live dim", role: "status" }, "waiting for the run");
  document.body.append(state, place);
  let view: View | undefined;
  followLiveRun({
    state: (text) => void (state.textContent = text),
    shown: (loaded) => {
      if (view === undefined) {
        view = new View(loaded);
        place.replaceChildren(runPage(view));
      } else view.update(loaded);
      document.documentElement.dataset["shown"] = String(view.now.version);
    },
  });
}

/** Who opens a batch looks for what failed. */
function firstShown(runs: readonly RunHead[]): number {
  const failed = runs.findIndex(({ passed }) => !passed);
  return Math.max(0, failed);
}

async function show(index: number, list: HTMLElement | undefined): Promise<void> {
  list?.querySelectorAll("button").forEach((one, at) => one.setAttribute("aria-current", String(at === index)));
  try {
    place.replaceChildren(runPage(new View(await loadRun(index))));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    place.replaceChildren(element("p", { class: "also" }, `This run can't be shown: ${why}`));
  }
  document.documentElement.dataset["shown"] = String(index);
}

function runList(runs: readonly RunHead[], choose: (index: number) => void): HTMLElement {
  return element(
    "nav",
    { class: "runs", "aria-label": "runs" },
    ...runs.map(({ profile, seed, passed, code, seconds }, index) => {
      const made = button("", { class: "run", title: `seed ${seed}` }, () => choose(index));
      made.append(
        element("span", { class: `badge ${passed ? "passed" : "failed"}` }, passed ? "passed" : "FAILED"),
        element("b", {}, profile),
        element("span", { class: "dim" }, passed ? `${seconds} s` : code),
      );
      return made;
    }),
  );
}
