/** What comes first: how it ended, why, what broke, and what is no cause of its own. */
import { secondsText } from "../model/time-text.ts";
import type { RunData, TraceData } from "../model/run-data.ts";
import { button, element } from "./element.ts";
import type { View } from "./view.ts";

/** More would push the console and the packets off the first screen: the others are one click away. */
const MAX_SHOWN = 3;
const MAX_SHOWN_FRAMES = 6;

export function verdictHeader(view: View): HTMLElement {
  const { data } = view;
  const { verdict, profile, seed } = data;
  const state = data.isRunning === true ? "running" : verdict.passed ? "passed" : "failed";
  const name = state === "failed" ? "FAILED" : verdict.cut ? "passed (cut)" : state;
  return element(
    "header",
    { class: `verdict ${state}` },
    element(
      "h1",
      {},
      element("span", { class: `badge ${state}` }, name),
      element("span", { class: "name" }, profile),
      element("span", { class: "dim" }, `seed ${seed}`),
    ),
    element(
      "p",
      { class: "cause", id: "cause" },
      state === "failed" ? `${verdict.code}: ${verdict.title}` : data.proves,
    ),
    ...(verdict.passed ? [] : whyFailed(data)),
    brokenRung(view),
    ...(verdict.passed ? [] : besides(data)),
    ...facts(data),
  );
}

function whyFailed({ verdict, traces }: RunData): (HTMLElement | undefined)[] {
  const { detail, because, slow, nearestLine, hint } = verdict;
  const [first, ...others] = traces;
  return [
    element("p", { class: "detail" }, detail),
    // Who crashed or spins is why others got no answer: what these said comes behind it.
    ...(first === undefined ? [] : [traceBlock(first)]),
    labelled("because", because, "because"),
    labelled("slow", slow, "slow"),
    labelled("nearest line seen", nearestLine, "nearest"),
    labelled("hint", hint === "" ? undefined : hint, "hint"),
    ...folded(
      `${others.length} more of what processes and processors did`,
      others.map((trace) => traceBlock(trace)),
    ),
  ];
}

function besides({ verdict, said }: RunData): (HTMLElement | undefined)[] {
  const complaints = list("said", said);
  return [
    ...list("also", verdict.also),
    ...list("follows from it", verdict.follows, "follows dim"),
    // What the reason was taken from is not said twice.
    ...(verdict.because === undefined ? complaints : folded("What processes said went wrong", complaints)),
  ];
}

function labelled(label: string, text: string | undefined, name = ""): HTMLElement | undefined {
  if (text === undefined) return undefined;
  return element("p", { class: `told ${name}` }, element("b", {}, `${label}: `), text);
}

/** @returns each with its label, the first ones; the others folded away */
function list(label: string, texts: readonly string[], name = "also"): HTMLElement[] {
  const lines = texts.flatMap((text) => labelled(label, text, name) ?? []);
  const rest = lines.slice(MAX_SHOWN);
  return [...lines.slice(0, MAX_SHOWN), ...folded(`${rest.length} more of "${label}"`, rest)];
}

function folded(summary: string, contents: readonly HTMLElement[]): HTMLElement[] {
  if (contents.length === 0) return [];
  return [element("details", { class: "more" }, element("summary", {}, summary), ...contents)];
}

function traceBlock({ title, lines: [what = "", ...frames] }: TraceData): HTMLElement {
  const shown = frames.slice(0, MAX_SHOWN_FRAMES);
  return element(
    "div",
    { class: "trace" },
    element("p", {}, element("b", {}, `${title}: `), what),
    shown.length === 0 ? undefined : element("pre", {}, shown.join("\n")),
    ...folded(
      `${frames.length - shown.length} frames more`,
      frames.length === shown.length ? [] : [element("pre", {}, frames.slice(MAX_SHOWN_FRAMES).join("\n"))],
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

function facts({ verdict, accelerator, endMs, startedAt, again, folder }: RunData): HTMLElement[] {
  const known = [verdict.standings, accelerator, `${secondsText(endMs)} s`, startedAt];
  return [
    element("p", { class: "facts dim" }, known.filter((text) => text !== "").join(" · ")),
    element(
      "details",
      { class: "commands" },
      element("summary", {}, "Commands and files"),
      element(
        "div",
        { class: "mono" },
        ...[verdict.explain, again, folder].filter((line) => line !== "").map((line) => element("div", {}, line)),
      ),
    ),
  ];
}
