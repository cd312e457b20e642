/** The page without a mouse. */
import { element } from "./element.ts";

export interface KeyAction {
  /** As `KeyboardEvent.key` has it. */
  readonly keys: readonly string[];
  readonly what: string;
  readonly run: () => void;
}

/** @returns the list of keys, which `?` shows */
export function listenToKeys(actions: readonly KeyAction[]): HTMLDialogElement {
  const dialog = element(
    "dialog",
    { id: "keys", "aria-label": "keys" },
    element("h2", {}, "Keys"),
    element(
      "dl",
      {},
      ...actions.flatMap(({ keys, what }) => [
        element("dt", {}, ...keys.map((key) => element("kbd", {}, key))),
        element("dd", {}, what),
      ]),
    ),
    element("form", { method: "dialog" }, element("button", {}, "close")),
  );
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    if (ctrlKey || metaKey || altKey || dialog.open || isTyping(target)) return;
    const action = actions.find(({ keys }) => keys.includes(key));
    if (action === undefined) return;
    event.preventDefault();
    action.run();
  });
  return dialog;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement
  );
}
