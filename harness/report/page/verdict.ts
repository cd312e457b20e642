/** What comes first: how it ended, why, and what broke. */
import { secondsText } from "../model/time-text.ts";
import { button, element } from "./element.ts";
import type { View } from "./view.ts";

export function verdictHeader(view: View): HTMLElement {
  const { data } = view;
  const { verdict, profile, seed, accelerator, endMs, startedAt, again, folder } = data;
  const state = data.isRunning === true ? "running" : verdict.passed ? "passed" : "failed";
  return element(
    "header",
    { class: `verdict ${state}` },
    element(
      "h1",
      {},
      element("span", { class: `badge ${state}` }, state === "failed" ? "FAILED" : state),
      element("span", { class: "name" }, profile),
      element("span", { class: "dim" }, `seed ${seed}`),
    ),
    element(
      "p",
      { class: "cause", id: "cause" },
      state === "failed" ? `${verdict.code}: ${verdict.title}` : data.proves,
    ),
    verdict.passed ? undefined : element("p", { class: "detail" }, verdict.detail),
    brokenRung(view),
    ...[...verdict.also, ...data.said].map((text) => element("p", { class: "also" }, text)),
    verdict.passed ? undefined : element("p", { class: "hint" }, `Hint: ${verdict.hint}`),
    element(
      "p",
      { class: "facts dim" },
      [verdict.standings, accelerator, `${secondsText(endMs)} s`, startedAt].filter((text) => text !== "").join(" · "),
    ),
    element(
      "details",
      { class: "commands" },
      element("summary", {}, "Commands and files"),
      commandList([verdict.explain, again, folder]),
    ),
  );
}

/** The first rung that was not reached or is denied; nothing if none broke. */
function brokenRung(view: View): HTMLElement | undefined {
  const { moment, rungs, verdict } = view.data;
  const rung = verdict.passed || moment.rung === undefined ? undefined : rungs[moment.rung];
  const text =
    rung === undefined
      ? `Shown below: ${moment.why}, at ${secondsText(moment.atMs)} s`
      : `First broken rung: ${rung.node}: ${rung.text} · ${moment.why}, at ${secondsText(moment.atMs)} s`;
  const { atMs, node, rung: index } = moment;
  return element(
    "p",
    { class: "broken" },
    button(text, { id: "broken-rung", class: "link", title: "b" }, () => {
      view.goTo(atMs, { ...view.whole, rung: index, row: undefined, ...(node === undefined ? {} : { console: node }) });
    }),
  );
}

function commandList(lines: readonly string[]): HTMLElement {
  return element("div", { class: "mono" }, ...lines.map((line) => element("div", {}, line)));
}
