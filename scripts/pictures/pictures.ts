/** What docs/pictures shows of one run. */
export interface Picture {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly page: "report" | "terminal";
  readonly height: number;
  readonly theme: "light" | "dark";
  /** Run in the page before it is taken. */
  readonly before: string;
  /** What of the page; undefined: what is in view. */
  readonly of?: string;
}

const SHOW_PLOTS = `
document.querySelector("#plots").open = true;
document.querySelector("#timeline").scrollIntoView();
// Below the bar that stays.
scrollBy(0, -56);`;

export const PICTURES: readonly Picture[] = [
  { name: "report-first", page: "report", height: 720, theme: "light", before: "" },
  { name: "report-timeline", page: "report", height: 860, theme: "dark", before: SHOW_PLOTS },
  { name: "terminal-failed", page: "terminal", height: 720, theme: "dark", before: "", of: "pre" },
];
