/** Light or dark: as the system says, until somebody says otherwise. */
import { button } from "./element.ts";

let isChosen = false;

export function themeButton(onChange: () => void): HTMLButtonElement {
  const { dataset } = document.documentElement;
  const show = (isDark: boolean): void => void (dataset["theme"] = isDark ? "dark" : "light");
  const system = matchMedia("(prefers-color-scheme: dark)");
  if (!isChosen) show(system.matches);
  system.addEventListener("change", () => {
    if (isChosen) return;
    show(system.matches);
    onChange();
  });
  return button("◐", { class: "chip", title: "light or dark (t)", "aria-label": "light or dark", id: "theme" }, () => {
    isChosen = true;
    show(dataset["theme"] !== "dark");
    onChange();
  });
}

/** @returns the colour that the style sheet gives that name now */
export function themeColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
