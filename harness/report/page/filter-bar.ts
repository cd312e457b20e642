/** What is shown at all: of which node, with which text, packets of which kinds. */
import { PACKET_KINDS } from "../model/packet-kinds.ts";
import { kindOf } from "../model/packet-text.ts";
import { button, element } from "./element.ts";
import type { View } from "./view.ts";

export interface FilterBar {
  readonly element: HTMLElement;
  readonly text: HTMLInputElement;
}

export function filterBar(view: View, more: readonly Node[]): FilterBar {
  const node = element("select", { "aria-label": "only of this node", id: "filter-node" });
  node.addEventListener("change", () => {
    const chosen = node.value === "" ? undefined : node.value;
    view.set({ node: chosen, ...(chosen === undefined ? {} : { console: chosen }) });
  });
  const text = element("input", {
    type: "search",
    placeholder: "filter: text",
    "aria-label": "only what has this text",
    id: "filter-text",
  });
  text.addEventListener("input", () => view.set({ text: text.value.toLowerCase() }));
  const chips = element("span", { class: "chips" });
  view.onChange((now, changed) => {
    if (changed.has("version")) {
      node.replaceChildren(
        element("option", { value: "" }, "all nodes"),
        ...view.data.nodes.map(({ name }) => element("option", { value: name }, name)),
      );
      chips.replaceChildren(...kindsThere(view).map((kind) => kindChip(view, kind)));
    }
    node.value = now.node ?? "";
    if (text.value.toLowerCase() !== now.text) text.value = now.text;
    for (const chip of chips.children) {
      const isOn = now.kinds.has(chip.getAttribute("data-kind") ?? "");
      chip.setAttribute("aria-pressed", String(isOn));
      chip.classList.toggle("on", isOn);
    }
  });
  return { element: element("div", { class: "filters", role: "search" }, node, text, chips, ...more), text };
}

function kindChip(view: View, kind: string): HTMLButtonElement {
  return button(kind, { class: "chip", "data-kind": kind }, () => {
    const kinds = new Set(view.now.kinds);
    if (!kinds.delete(kind)) kinds.add(kind);
    view.set({ kinds });
  });
}

function kindsThere({ columns }: View): string[] {
  const there = new Set(Array.from(columns.kind, (_, row) => kindOf(columns, row)));
  return PACKET_KINDS.filter((kind) => there.has(kind));
}
