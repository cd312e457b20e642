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
  const { nodes } = view.data;
  const node = element(
    "select",
    { "aria-label": "only of this node", id: "filter-node" },
    element("option", { value: "" }, "all nodes"),
    ...nodes.map(({ name }) => element("option", { value: name }, name)),
  );
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
  const chips = kindsThere(view).map((kind) => {
    const chip = button(kind, { class: "chip", "aria-pressed": "false", "data-kind": kind }, () => {
      const kinds = new Set(view.now.kinds);
      if (!kinds.delete(kind)) kinds.add(kind);
      view.set({ kinds });
    });
    return { kind, chip };
  });
  view.onChange((now) => {
    node.value = now.node ?? "";
    if (text.value.toLowerCase() !== now.text) text.value = now.text;
    for (const { kind, chip } of chips) {
      chip.setAttribute("aria-pressed", String(now.kinds.has(kind)));
      chip.classList.toggle("on", now.kinds.has(kind));
    }
  });
  const bar = element(
    "div",
    { class: "filters", role: "search" },
    node,
    text,
    ...chips.map(({ chip }) => chip),
    ...more,
  );
  return { element: bar, text };
}

function kindsThere({ columns }: View): string[] {
  const there = new Set(Array.from(columns.kind, (_, row) => kindOf(columns, row)));
  return PACKET_KINDS.filter((kind) => there.has(kind));
}
