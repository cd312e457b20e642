/** A part of the page that is made anew when what it shows has changed: small ones, that keep nothing of their own. */
import { element } from "./element.ts";
import type { Looked, View } from "./view.ts";

/** @param keys that it depends on, beside the data themselves */
export function drawnAnew(view: View, keys: readonly (keyof Looked)[], make: (view: View) => HTMLElement): HTMLElement {
  const place = element("div", {});
  view.onChange((_, changed) => {
    if (!changed.has("version") && !keys.some((key) => changed.has(key))) return;
    const focused = place.contains(document.activeElement)
      ? document.activeElement?.getAttribute("data-key")
      : undefined;
    place.replaceChildren(make(view));
    // What had the focus was replaced by what looks the same.
    if (typeof focused === "string") {
      [...place.querySelectorAll<HTMLElement>("[data-key]")].find((one) => one.dataset["key"] === focused)?.focus();
    }
  });
  return place;
}
