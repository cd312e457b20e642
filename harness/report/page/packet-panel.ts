/** The packets around the moment that is looked at. */
import { nearestTo } from "../model/nearest.ts";
import { ARROWS, contentOf, kindOf, toneOf } from "../model/packet-text.ts";
import { secondsText } from "../model/time-text.ts";
import { button, element } from "./element.ts";
import { packetDetail } from "./packet-detail.ts";
import { shownPackets } from "./packet-filter.ts";
import { RowList } from "./row-list.ts";
import type { Looked, View } from "./view.ts";

export class PacketPanel {
  readonly element: HTMLElement;
  readonly #view: View;
  readonly #rows = new RowList("packets", "packets mono");
  readonly #count = element("span", { class: "dim count", role: "status", id: "packet-count" });
  readonly #asked = element("span", { class: "asked" });
  readonly #detail = element("div", { class: "packet-detail", id: "packet-detail" });
  #shown: readonly number[] = [];

  constructor(view: View) {
    this.#view = view;
    const head = element("div", { class: "panel-head" }, element("h2", {}, "Packets"), this.#asked, this.#count);
    this.element = element("section", { id: "packets", class: "panel" }, head, this.#rows.element, this.#detail);
    view.onChange((now, changed) => this.#changed(now, changed));
  }

  /** @param by how many rows, down if positive */
  step(by: number): void {
    const { row, atMs } = this.#view.now;
    const here = row === undefined ? this.#nearest(atMs) : this.#shown.indexOf(row);
    const next = this.#shown[Math.min(Math.max(here + (row === undefined ? 0 : by), 0), this.#shown.length - 1)];
    if (next !== undefined) this.#select(next);
  }

  /** Goes to the next packet that a fault of the network met. */
  stepToFault(by: 1 | -1): void {
    const { row, atMs } = this.#view.now;
    const here = row === undefined ? this.#nearest(atMs) : this.#shown.indexOf(row);
    const isFaulty = (at: number): boolean => (this.#view.columns.fate[this.#shown[at] ?? 0] ?? 0) > 0;
    for (let at = here + by; at >= 0 && at < this.#shown.length; at += by) {
      const found = this.#shown[at];
      if (isFaulty(at) && found !== undefined) return this.#select(found);
    }
  }

  #changed(now: Looked, changed: ReadonlySet<keyof Looked>): void {
    const isOther = ["node", "kinds", "text", "asked"].some((key) => changed.has(key as keyof Looked));
    if (isOther || changed.has("version")) this.#show(now);
    if (changed.has("row")) {
      this.#detail.replaceChildren(...(now.row === undefined ? [] : packetDetail(this.#view, now.row)));
    }
    if (!isOther && !changed.has("atMs") && !changed.has("row")) return;
    const at = now.row === undefined ? this.#nearest(now.atMs) : this.#shown.indexOf(now.row);
    if (at >= 0 && (now.row === undefined || !this.#rows.isSeen(at))) this.#rows.scrollTo(at);
    this.#rows.refresh();
  }

  #show(now: Looked): void {
    this.#shown = shownPackets(this.#view, now);
    const { packets } = this.#view.data;
    const all = packets?.total ?? 0;
    const { length } = this.#shown;
    this.#count.textContent = length === all ? `${all}` : `${length} of ${all}`;
    this.#asked.replaceChildren(
      ...(now.asked === undefined
        ? []
        : [
            button(`${now.asked.label} ✕`, { class: "chip on", title: "show all packets" }, () =>
              this.#view.set({ asked: undefined }),
            ),
          ]),
    );
    this.#rows.show({ length, row: (index) => this.#row(this.#shown[index] ?? 0) });
  }

  #nearest(atMs: number): number {
    return nearestTo(this.#shown.length, (at) => this.#timeOf(this.#shown[at] ?? 0), atMs);
  }

  #timeOf(row: number): number {
    return (this.#view.columns.timeUs[row] ?? 0) / 1000;
  }

  #row(row: number): HTMLElement {
    const { columns, data, now } = this.#view;
    const { packets } = data;
    if (packets === undefined) return element("div");
    const isCited = now.asked?.cited.includes(row) === true;
    const classes = [`tone-${toneOf(columns, row, packets)}`, row === now.row ? "here" : "", isCited ? "cited" : ""];
    const made = element(
      "div",
      { class: classes.join(" "), "data-row": String(row) },
      element("span", { class: "time" }, secondsText(this.#timeOf(row))),
      element(
        "span",
        { class: "tap" },
        `${packets.taps[columns.tap[row] ?? 0] ?? ""} ${ARROWS[columns.way[row] ?? 2] ?? ""}`,
      ),
      element("span", { class: "kind" }, kindOf(columns, row)),
      element("span", { class: "size" }, String(columns.bytes[row] ?? 0)),
      element("span", { class: "content" }, contentOf(columns, row, packets)),
    );
    made.addEventListener("click", () => this.#select(row));
    return made;
  }

  #select(row: number): void {
    this.#view.goTo(this.#timeOf(row), { row });
  }
}
