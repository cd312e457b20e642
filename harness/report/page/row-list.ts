/** A list of any length: only the rows that can be seen are elements. */
import { element } from "./element.ts";

export const ROW_PIXELS = 20;
const ROWS_BESIDE = 8;

export interface RowSource {
  readonly length: number;
  /** @returns the row's element; its height is given */
  row(index: number): HTMLElement;
}

export class RowList {
  readonly element: HTMLElement;
  readonly #space: HTMLElement;
  #source: RowSource = { length: 0, row: () => element("div") };
  #drawn = "";
  /** Asked for before the list had a size. */
  #wanted: { readonly index: number; readonly place: number } | undefined;

  /** @param label for who can't see it */
  constructor(label: string, className: string) {
    this.#space = element("div", { class: "rows-space" });
    this.element = element(
      "div",
      { class: `rows ${className}`, tabindex: "0", role: "list", "aria-label": label },
      this.#space,
    );
    this.element.addEventListener("scroll", () => this.#draw());
    new ResizeObserver(() => this.#resized()).observe(this.element);
  }

  show(source: RowSource): void {
    this.#source = source;
    this.#space.style.height = `${source.length * ROW_PIXELS}px`;
    this.#drawn = "";
    this.#draw();
  }

  /** Draws what is shown again: something about it has changed. */
  refresh(): void {
    this.#drawn = "";
    this.#draw();
  }

  /** @param place of the row in what can be seen: 0 at its top, 0.5 in its middle */
  scrollTo(index: number, place = 0.5): void {
    if (this.element.clientHeight === 0) {
      this.#wanted = { index, place };
      return;
    }
    this.element.scrollTop = Math.max(0, (index + 0.5) * ROW_PIXELS - this.element.clientHeight * place);
    this.#draw();
  }

  isSeen(index: number): boolean {
    const top = index * ROW_PIXELS - this.element.scrollTop;
    return top >= 0 && top + ROW_PIXELS <= this.element.clientHeight;
  }

  #resized(): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted !== undefined) this.scrollTo(wanted.index, wanted.place);
    this.refresh();
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / ROW_PIXELS) - ROWS_BESIDE);
    const end = Math.min(this.#source.length, Math.ceil((scrollTop + clientHeight) / ROW_PIXELS) + ROWS_BESIDE);
    const drawn = `${first} ${end}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const rows = Array.from({ length: Math.max(0, end - first) }, (_, at) => {
      const made = this.#source.row(first + at);
      made.classList.add("row");
      made.style.top = `${(first + at) * ROW_PIXELS}px`;
      made.setAttribute("role", "listitem");
      return made;
    });
    this.#space.replaceChildren(...rows);
  }
}
