/** Everything on one clock, a lane for each machine, process and NIC. */
import { lanesOf, type TimelineLane } from "../model/lanes.ts";
import { nearestTo } from "../model/nearest.ts";
import { secondsText, shownLine } from "../model/time-text.ts";
import { button, element, section } from "./element.ts";
import type { View } from "./view.ts";
import { AXIS_PIXELS, drawAxis, drawCursor, drawLane, LANE_PIXELS, xOf, type LaneFrame } from "./draw-lanes.ts";

const WIDE_LABEL_PIXELS = 150;
const NARROW_LABEL_PIXELS = 92;
const NARROW_PIXELS = 600;
/** A pointer is as good as there within so many pixels. */
const REACH_PIXELS = 6;
const DRAG_PIXELS = 5;
const ZOOM_STEP = 0.5;

interface Hit {
  readonly lane: TimelineLane;
  readonly index: number;
}

export class Timeline {
  readonly element: HTMLElement;
  readonly #view: View;
  #lanes: readonly TimelineLane[] = [];
  readonly #canvas = element("canvas", { tabindex: "0", role: "img", "aria-label": "timeline" });
  readonly #tip = element("div", { class: "tip", hidden: true });
  readonly #brush = element("div", { class: "brush", hidden: true });
  /** By which clock the packets are placed. */
  readonly #clock = element("p", { class: "dim" });
  #isDue = false;
  #dragFrom: number | undefined;

  constructor(view: View) {
    this.#view = view;
    const buttons = element(
      "div",
      { class: "zoom" },
      button("−", { class: "chip", title: "zoom out (-)", "aria-label": "zoom out" }, () => view.zoom(1 / ZOOM_STEP)),
      button("+", { class: "chip", title: "zoom in (+)", "aria-label": "zoom in", id: "zoom-in" }, () =>
        view.zoom(ZOOM_STEP),
      ),
      button("all", { class: "chip", title: "the whole run (0)", id: "zoom-all" }, () => view.set(view.whole)),
      element("span", { class: "dim" }, "drag to zoom, click to go there"),
    );
    const box = element("div", { class: "canvas-box" }, this.#canvas, this.#brush, this.#tip);
    this.element = section("timeline", "Timeline", buttons, box, legend(), this.#clock);
    this.#listen();
    new ResizeObserver(() => this.redraw()).observe(box);
    view.onChange((_, changed) => {
      if (changed.has("version")) {
        this.#lanes = lanesOf(view.data, view.columns);
        this.#clock.textContent = view.data.packets?.clock ?? "";
      }
      if (["version", "atMs", "fromMs", "toMs", "node"].some((key) => changed.has(key as "atMs"))) this.redraw();
    });
  }

  /** Once before the screen shows the next picture, however often it is asked for. */
  redraw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  #draw(): void {
    const frame = this.#frame();
    if (frame === undefined) return;
    const { context, width, labelPixels } = frame;
    const height = AXIS_PIXELS + this.#lanes.length * LANE_PIXELS;
    const scale = window.devicePixelRatio;
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    this.#canvas.style.height = `${height}px`;
    context.scale(scale, scale);
    const style = getComputedStyle(document.documentElement);
    context.font = `12px ${style.getPropertyValue("--sans")}`;
    drawAxis(frame, height);
    const { node } = this.#view.now;
    this.#lanes.forEach((lane, at) => {
      const top = AXIS_PIXELS + at * LANE_PIXELS;
      drawLane(frame, lane, top, node !== undefined && lane.node !== undefined && lane.node !== node);
      context.fillStyle = style.getPropertyValue("--text");
      context.textBaseline = "middle";
      context.fillText(lane.label, 4, top + LANE_PIXELS / 2, labelPixels - 8);
    });
    drawCursor(frame, height);
  }

  #frame(): LaneFrame | undefined {
    const width = this.#canvas.parentElement?.clientWidth ?? 0;
    const context = this.#canvas.getContext("2d");
    if (context === null || width === 0) return undefined;
    const { fromMs, toMs, atMs } = this.#view.now;
    const labelPixels = width < NARROW_PIXELS ? NARROW_LABEL_PIXELS : WIDE_LABEL_PIXELS;
    return { context, width, labelPixels, fromMs, toMs, atMs };
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", ({ offsetX, pointerId }) => {
      this.#dragFrom = offsetX;
      canvas.setPointerCapture(pointerId);
    });
    canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
      if (this.#dragFrom === undefined) this.#showTip(offsetX, offsetY);
      else this.#showBrush(this.#dragFrom, offsetX);
    });
    canvas.addEventListener("pointerup", ({ offsetX, offsetY }) => {
      const from = this.#dragFrom;
      this.#dragFrom = undefined;
      this.#brush.hidden = true;
      if (from !== undefined && Math.abs(offsetX - from) > DRAG_PIXELS) this.#zoomTo(from, offsetX);
      else this.#goTo(offsetX, offsetY);
    });
    canvas.addEventListener("pointercancel", () => {
      this.#dragFrom = undefined;
      this.#brush.hidden = true;
    });
    canvas.addEventListener("pointerleave", () => (this.#tip.hidden = true));
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  #wheel(event: WheelEvent): void {
    const { deltaX, deltaY, offsetX, ctrlKey, metaKey, shiftKey } = event;
    const isZoom = ctrlKey || metaKey;
    const isPan = shiftKey || Math.abs(deltaX) > Math.abs(deltaY);
    // The page scrolls with the wheel, as everywhere.
    if (!isZoom && !isPan) return;
    event.preventDefault();
    if (isZoom) this.#view.zoom(deltaY > 0 ? 1.25 : 0.8, this.#msAt(offsetX));
    else this.#view.pan(((deltaX || deltaY) / Math.max(1, this.#canvas.clientWidth)) * 1);
  }

  #msAt(x: number): number {
    const frame = this.#frame();
    if (frame === undefined) return 0;
    const { fromMs, toMs, width, labelPixels } = frame;
    return fromMs + ((x - labelPixels) / (width - labelPixels)) * (toMs - fromMs);
  }

  #zoomTo(x1: number, x2: number): void {
    const [fromMs, toMs] = [this.#msAt(Math.min(x1, x2)), this.#msAt(Math.max(x1, x2))];
    if (toMs > fromMs) this.#view.set({ fromMs, toMs });
  }

  #goTo(x: number, y: number): void {
    const hit = this.#hit(x, y);
    if (hit === undefined) return this.#view.goTo(this.#msAt(x), { row: undefined });
    const { lane, index } = hit;
    this.#view.goTo(lane.atMs(index), {
      row: lane.row?.(index),
      ...(lane.rung === undefined ? {} : { rung: lane.rung(index) }),
      ...(lane.node !== undefined && lane.kind !== "packets" ? { console: lane.node } : {}),
    });
  }

  /** @returns what is there, or near enough */
  #hit(x: number, y: number): Hit | undefined {
    const lane = this.#lanes[Math.floor((y - AXIS_PIXELS) / LANE_PIXELS)];
    const frame = this.#frame();
    if (lane === undefined || frame === undefined) return undefined;
    const index = nearestTo(lane.length, lane.atMs, this.#msAt(x));
    if (index < 0 || Math.abs(xOf(frame, lane.atMs(index)) - x) > REACH_PIXELS) return undefined;
    return { lane, index };
  }

  #showTip(x: number, y: number): void {
    const hit = this.#hit(x, y);
    this.#tip.hidden = hit === undefined;
    if (hit === undefined) return;
    const { lane, index } = hit;
    this.#tip.textContent = shownLine(`${secondsText(lane.atMs(index))} s  ${lane.text(index)}`);
    const right = this.#canvas.clientWidth - x;
    this.#tip.style.left = right > this.#canvas.clientWidth / 2 ? `${x + 12}px` : "";
    this.#tip.style.right = right > this.#canvas.clientWidth / 2 ? "" : `${right + 12}px`;
    this.#tip.style.top = `${y + 14}px`;
  }

  #showBrush(x1: number, x2: number): void {
    this.#tip.hidden = true;
    this.#brush.hidden = false;
    this.#brush.style.left = `${Math.min(x1, x2)}px`;
    this.#brush.style.width = `${Math.abs(x2 - x1)}px`;
  }
}

const LEGEND = [
  ["handshake", "handshake"],
  ["data", "DATA"],
  ["again", "sent again"],
  ["ack", "ACK, PING"],
  ["close", "CLOSE"],
  ["lost", "dropped by the network"],
  ["changed", "delayed, changed"],
  ["other", "other"],
] as const;

function legend(): HTMLElement {
  return element(
    "p",
    { class: "legend dim" },
    ...LEGEND.map(([tone, text]) => element("span", {}, element("i", { class: `swatch swatch-${tone}` }), text)),
    "of a NIC: above what left, below what came",
  );
}
