/** The page's program: shows a run, or the runs of a batch and the one that was chosen. */
import { button, element } from "./element.ts";
import { loadRun, readHeads } from "./load-run.ts";
import style from "./page.css";
import { PLOT_STYLE } from "./plots.ts";
import { runPage } from "./run-page.ts";
import type { RunHead } from "../model/run-data.ts";

const sheet = new CSSStyleSheet();
sheet.replaceSync(PLOT_STYLE + style);
document.adoptedStyleSheets = [sheet];

const heads = readHeads();
const place = element("div", { id: "place" });
const list = heads.length > 1 ? runList(heads) : undefined;
document.body.append(...(list === undefined ? [] : [list]), place);
void show(firstShown(heads));

/** Who opens a batch looks for what failed. */
function firstShown(runs: readonly RunHead[]): number {
  const failed = runs.findIndex(({ passed }) => !passed);
  return Math.max(0, failed);
}

async function show(index: number): Promise<void> {
  list?.querySelectorAll("button").forEach((one, at) => one.setAttribute("aria-current", String(at === index)));
  try {
    place.replaceChildren(runPage(await loadRun(index)));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    place.replaceChildren(element("p", { class: "also" }, `This run can't be shown: ${why}`));
  }
  document.documentElement.dataset["shown"] = String(index);
}

function runList(runs: readonly RunHead[]): HTMLElement {
  return element(
    "nav",
    { class: "runs", "aria-label": "runs" },
    ...runs.map(({ profile, seed, passed, code, seconds }, index) => {
      const made = button("", { class: "run", title: `seed ${seed}` }, () => void show(index));
      made.append(
        element("span", { class: `badge ${passed ? "passed" : "failed"}` }, passed ? "passed" : "FAILED"),
        element("b", {}, profile),
        element("span", { class: "dim" }, passed ? `${seconds} s` : code),
      );
      return made;
    }),
  );
}
