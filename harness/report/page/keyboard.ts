/** The page without a mouse. */
import { element } from "./element.ts";

export interface KeyAction {
  /** As `KeyboardEvent.key` has it. */
  readonly keys: readonly string[];
  readonly what: string;
  readonly run: () => void;
}

/** Of the run that was shown before: its keys do nothing any more. */
let listening: AbortController | undefined;

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
  listening?.abort();
  listening = new AbortController();
  document.addEventListener("keydown", onKey, { signal: listening.signal });
  return dialog;

  function onKey(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    if (ctrlKey || metaKey || altKey || dialog.open || isTyping(target)) return;
    const action = actions.find(({ keys }) => keys.includes(key));
    if (action === undefined) return;
    event.preventDefault();
    action.run();
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement
  );
}
