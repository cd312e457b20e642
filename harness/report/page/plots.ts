/** What congestion control did, in figures over time: folded away until somebody asks. */
import uPlot from "uplot";
import uplotStyle from "uplot/dist/uPlot.min.css";
import { flowsOf, storyOf, type Flow, type FlowStory } from "../model/flight.ts";
import { bytesText } from "../model/time-text.ts";
import { element } from "./element.ts";
import { themeColor } from "./theme.ts";
import type { View } from "./view.ts";

const PLOT_PIXELS = 190;
/** Sampled at so many places of the plot's width at most. */
const MAX_POINTS = 4_000;

interface Line {
  readonly label: string;
  /** Name of a colour. */
  readonly color: string;
  readonly points: readonly (readonly [atMs: number, value: number])[];
  /** Points alone, or steps between them. */
  readonly style: "steps" | "dots";
}

interface Plot {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly text: (value: number) => string;
}

/** The style sheet that comes with the plots. */
export const PLOT_STYLE: string = uplotStyle;

export class Plots {
  readonly element = element(
    "details",
    { id: "plots" },
    element("summary", {}, element("h2", {}, "Flight, round trips, losses")),
  );
  readonly #view: View;
  #flows: readonly Flow[] = [];
  readonly #choice = element("select", { "aria-label": "direction of a session" });
  readonly #more = element("input", { type: "checkbox", id: "more-plots" });
  readonly #place = element("div", { class: "plots" });
  #made: uPlot[] = [];

  constructor(view: View) {
    this.#view = view;
    const more = element("label", { class: "dim" }, this.#more, " credit and delivery too");
    this.element.append(element("div", { class: "zoom" }, this.#choice, more), this.#place);
    for (const input of [this.#choice, this.#more]) input.addEventListener("change", () => this.redraw());
    this.element.addEventListener("toggle", () => this.redraw());
    new ResizeObserver(() =>
      this.#made.forEach((plot) => plot.setSize({ width: this.#place.clientWidth, height: PLOT_PIXELS })),
    ).observe(this.#place);
    view.onChange((_, changed) => {
      if (changed.has("version")) this.#refresh();
      if (changed.has("fromMs") || changed.has("toMs")) this.#follow();
    });
  }

  redraw(): void {
    this.#made.forEach((plot) => plot.destroy());
    this.#made = [];
    this.#place.replaceChildren();
    const flow = this.#flows[Number(this.#choice.value)];
    if (!this.element.open) return;
    if (flow === undefined) {
      this.#place.append(element("p", { class: "dim" }, "No session's data was opened: there is nothing to plot."));
      return;
    }
    const story = storyOf(flow, this.#view.columns);
    this.#made = plotsOf(this.#view, flow, story, this.#more.checked).map((plot) => this.#make(plot));
  }

  /** The directions that there are now; the one that was chosen stays so. */
  #refresh(): void {
    const { value } = this.#choice;
    this.#flows = flowsOf(this.#view.columns);
    const options = this.#flows.map((flow, at) => element("option", { value: String(at) }, this.#nameOf(flow)));
    this.#choice.replaceChildren(...options);
    if (value !== "" && Number(value) < options.length) this.#choice.value = value;
    this.redraw();
  }

  #nameOf({ session, isFromInitiator, tap }: Flow): string {
    const { sessions = [], taps = [] } = this.#view.data.packets ?? {};
    const { id = "", initiator = "", responder = "" } = sessions[session] ?? {};
    const ends = isFromInitiator ? [initiator, responder] : [responder, initiator];
    return `s${session + 1} ${id}: ${ends.join(" → ")}, at ${taps[tap] ?? ""}`;
  }

  #make({ title, lines, text }: Plot): uPlot {
    const { fromMs, toMs } = this.#view.now;
    const grid = { stroke: themeColor("line"), width: 1 };
    const axis = { stroke: themeColor("dim"), grid, ticks: grid };
    const joined = uPlot.join(
      lines.map(({ points }) => [points.map(([ms]) => ms / 1000), points.map(([, value]) => value)]),
    );
    const plot = new uPlot(
      {
        title,
        width: this.#place.clientWidth,
        height: PLOT_PIXELS,
        scales: {
          x: { time: false, min: fromMs / 1000, max: toMs / 1000 },
          y: { range: (_, __, max) => [0, Math.max(1, max) * 1.08] },
        },
        axes: [
          { ...axis, values: (_, values) => values.map((value) => `${value} s`) },
          { ...axis, size: 70, values: (_, values) => values.map(text) },
        ],
        cursor: { sync: { key: "flow" }, drag: { x: true, y: false } },
        series: [
          { label: "at", value: (_, value: number | null) => (value === null ? "" : `${value.toFixed(3)} s`) },
          ...lines.map((line) => seriesOf(line, text)),
        ],
        hooks: {
          setSelect: [(self) => this.#zoomTo(self)],
        },
      },
      joined,
      this.#place,
    );
    plot.over.addEventListener("click", () => {
      const at = plot.posToVal(plot.cursor.left ?? 0, "x");
      this.#view.goTo(at * 1000);
    });
    return plot;
  }

  /** What is dragged over is what all parts show. */
  #zoomTo(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 3) return;
    const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.#view.set({ fromMs: from * 1000, toMs: to * 1000 });
  }

  #follow(): void {
    const { fromMs, toMs } = this.#view.now;
    for (const plot of this.#made) plot.setScale("x", { min: fromMs / 1000, max: toMs / 1000 });
  }
}

function seriesOf({ label, color, style }: Line, text: (value: number) => string): uPlot.Series {
  const stroke = themeColor(color);
  const value = (_: uPlot, shown: number | null): string => (shown === null ? "" : text(shown));
  if (style === "dots")
    return { label, stroke, value, paths: () => null, points: { show: true, size: 4, fill: stroke } };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    label,
    stroke,
    value,
    width: 1.5,
    spanGaps: true,
    points: { show: false },
    ...(stepped === undefined ? {} : { paths: stepped }),
  };
}

function plotsOf(view: View, flow: Flow, story: FlowStory, isMore: boolean): Plot[] {
  const { packets, congestion } = view.data;
  const session = packets?.sessions[flow.session]?.id;
  const tap = packets?.taps[flow.tap] ?? "";
  const told = congestion.filter((one) => one.session === session && tap.startsWith(`${one.node}.`));
  const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  return [
    {
      title: "bytes in flight",
      text: bytesText,
      lines: [
        line("in flight (packets)", "tone-data", story.inFlight, ({ bytes }) => bytes),
        line("cwnd (the sender's word)", "tone-action", told, ({ windowBytes }) => windowBytes),
      ],
    },
    {
      title: "round trips",
      text: milliseconds,
      lines: [
        { ...line("measured (packets)", "tone-event", story.roundTrips, ({ ms }) => ms), style: "dots" },
        line("smoothed (the sender's word)", "tone-action", told, ({ rttMs = 0 }) => rttMs),
      ],
    },
    {
      title: "losses, from the start",
      text: (value) => String(Math.round(value)),
      lines: [
        line("met by a fault of the network", "tone-lost", story.lost, ({ count }) => count),
        line("sent again", "tone-again", story.again, ({ count }) => count),
      ],
    },
    ...(isMore
      ? [
          {
            title: "credit",
            text: bytesText,
            lines: [line("credit left", "tone-handshake", story.credit, ({ bytes }) => bytes)],
          },
          {
            title: "delivered",
            text: bytesText,
            lines: [line("delivered to the receiver", "tone-good", story.delivered, ({ bytes }) => bytes)],
          },
        ]
      : []),
  ];
}

function line<Point extends { readonly atMs: number }>(
  label: string,
  color: string,
  points: readonly Point[],
  valueOf: (point: Point) => number,
): Line {
  const every = Math.ceil(points.length / MAX_POINTS);
  const shown = points.filter((_, at) => at % every === 0 || at === points.length - 1);
  return { label, color, style: "steps", points: shown.map((point) => [point.atMs, valueOf(point)]) };
}
