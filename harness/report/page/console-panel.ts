/** The console of one machine, at the moment that is looked at: filtered with all the rest, searched by itself. */
import { firstAtOrAfter } from "../model/nearest.ts";
import { withoutSgr } from "../model/sgr.ts";
import { secondsText } from "../model/time-text.ts";
import { button, element } from "./element.ts";
import { RowList } from "./row-list.ts";
import { styledLine } from "./styled-line.ts";
import type { Looked, View } from "./view.ts";

interface ShownLine {
  readonly atMs: number;
  readonly text: string;
  /** Of an event, the process that told it; undefined: a line of the console. */
  readonly source: string | undefined;
}

export class ConsolePanel {
  readonly element: HTMLElement;
  readonly search = element("input", { type: "search", placeholder: "search", "aria-label": "search the console" });
  /** Whether events stand among the lines. */
  readonly events = element("input", { type: "checkbox" });
  readonly #view: View;
  readonly #rows = new RowList("console", "console mono");
  readonly #tabs = element("div", { class: "tabs", role: "tablist", "aria-label": "machine" });
  readonly #count = element("span", { class: "dim count", role: "status", id: "console-count" });
  #lines: readonly ShownLine[] = [];
  /** Of a search, the line that was found last. */
  #found: number | undefined;

  constructor(view: View) {
    this.#view = view;
    this.search.addEventListener("input", () => this.#find(0, 1));
    this.search.addEventListener("keydown", ({ key, shiftKey }) => {
      if (key === "Enter") this.#find((this.#found ?? -1) + (shiftKey ? -1 : 1), shiftKey ? -1 : 1);
      if (key === "Escape") this.search.blur();
    });
    this.events.addEventListener("change", () => {
      this.#show(view.now);
      this.#goTo(view.now.atMs);
    });
    const events = element("label", { class: "dim" }, this.events, " events");
    const head = element(
      "div",
      { class: "panel-head" },
      element("h2", {}, "Console"),
      this.#tabs,
      this.search,
      events,
      this.#count,
    );
    this.element = element("section", { id: "console", class: "panel" }, head, this.#rows.element);
    view.onChange((now, changed) => this.#changed(now, changed));
  }

  #changed(now: Looked, changed: ReadonlySet<keyof Looked>): void {
    const isOther = changed.has("console") || changed.has("text") || changed.has("version");
    if (isOther) this.#show(now);
    if (changed.has("console") || changed.has("text") || changed.has("atMs")) this.#goTo(now.atMs);
  }

  #show({ console: node, text }: Looked): void {
    const tabs = this.#view.data.consoles.map((one) =>
      button(one.node, { role: "tab", "aria-selected": String(one.node === node) }, () =>
        this.#view.set({ console: one.node }),
      ),
    );
    this.#tabs.replaceChildren(...tabs);
    const all = this.#linesOf(node);
    this.#lines = text === "" ? all : all.filter((line) => plain(line).includes(text));
    this.#found = undefined;
    this.#count.textContent = text === "" ? "" : `${this.#lines.length} of ${all.length} lines`;
    this.#rows.show({ length: this.#lines.length, row: (index) => this.#row(index) });
  }

  #linesOf(node: string): ShownLine[] {
    const { consoles, events } = this.#view.data;
    const lines = consoles.find((one) => one.node === node)?.lines ?? [];
    const shown = lines.map(([atMs, text]): ShownLine => ({ atMs, text, source: undefined }));
    if (!this.events.checked) return shown;
    const told = events
      .filter((event) => event.node === node)
      .map(({ atMs, kind, text, source }): ShownLine => ({ atMs, text: `${kind} ${text}`, source }));
    return [...shown, ...told].sort((a, b) => a.atMs - b.atMs);
  }

  #goTo(atMs: number): void {
    const at = firstAtOrAfter(this.#lines.length, (index) => this.#lines[index]?.atMs ?? 0, atMs);
    this.#rows.scrollTo(Math.min(at, this.#lines.length - 1));
    this.#rows.refresh();
  }

  #row(index: number): HTMLElement {
    const { now, data } = this.#view;
    const line = this.#lines[index];
    if (line === undefined) return element("div");
    const { atMs, text, source } = line;
    const next = this.#lines[index + 1]?.atMs ?? Infinity;
    // A console's times are whole ms; a rung's is not.
    const hereMs = now.atMs + 0.5;
    const isMarker =
      source === undefined && data.rungs.some((rung) => rung.node === now.console && rung.text === text.trim());
    const classes = [
      atMs <= hereMs && next > hereMs ? "here" : "",
      isMarker ? "marker" : "",
      source === undefined ? "" : "event",
      index === this.#found ? "found" : "",
    ];
    const wanted = this.search.value.toLowerCase() || now.text;
    const row = element(
      "div",
      { class: classes.join(" "), title: withoutSgr(text) },
      element("span", { class: "time" }, secondsText(atMs)),
      source === undefined ? undefined : element("span", { class: "source" }, `${source} `),
      ...styledLine(text, wanted),
    );
    row.addEventListener("click", () => this.#view.goTo(atMs));
    return row;
  }

  #find(from: number, step: 1 | -1): void {
    const wanted = this.search.value.toLowerCase();
    const { length } = this.#lines;
    const places = wanted === "" ? [] : this.#lines.flatMap((line, at) => (plain(line).includes(wanted) ? at : []));
    const start = ((from % length) + length) % length;
    const next = step > 0 ? places.find((at) => at >= start) : places.findLast((at) => at <= start);
    this.#found = next ?? (step > 0 ? places[0] : places.at(-1));
    this.#count.textContent = wanted === "" ? "" : `${places.length} found`;
    if (this.#found !== undefined) this.#rows.scrollTo(this.#found);
    this.#rows.refresh();
  }
}

function plain({ text, source = "" }: ShownLine): string {
  return `${source} ${withoutSgr(text)}`.toLowerCase();
}
