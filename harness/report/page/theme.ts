/** Light or dark: as the system says, until somebody says otherwise. */
import { button } from "./element.ts";

export function themeButton(onChange: () => void): HTMLButtonElement {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange);
  return button("◐", { class: "chip", title: "light or dark (t)", "aria-label": "light or dark", id: "theme" }, () => {
    const { dataset } = document.documentElement;
    dataset["theme"] = isDark() ? "light" : "dark";
    onChange();
  });
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
}

/** @returns the colour that the style sheet gives that name now */
export function themeColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
