/** Lanes onto a canvas. However many things a lane has, no more is drawn than there are pixels. */
import { firstAtOrAfter } from "../model/nearest.ts";
import type { TimelineLane, LaneTone } from "../model/lanes.ts";
import { markText, roundStep } from "../model/time-text.ts";
import { TONES } from "../model/packet-text.ts";
import { themeColor } from "./theme.ts";

export const LANE_PIXELS = 22;
export const AXIS_PIXELS = 24;
const PIXELS_PER_MARK = 110;
/** As wide as a thing is that must be hit with a pointer. */
const DIAMOND_PIXELS = 5;

export interface LaneFrame {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly labelPixels: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly atMs: number;
}

export function xOf({ width, labelPixels, fromMs, toMs }: Omit<LaneFrame, "context">, ms: number): number {
  return labelPixels + ((ms - fromMs) / (toMs - fromMs)) * (width - labelPixels);
}

export function drawAxis(frame: LaneFrame, height: number): void {
  const { context, fromMs, toMs, width, labelPixels } = frame;
  const step = roundStep(toMs - fromMs, (width - labelPixels) / PIXELS_PER_MARK);
  context.fillStyle = themeColor("dim");
  context.strokeStyle = themeColor("line");
  context.textBaseline = "middle";
  context.beginPath();
  for (let at = Math.ceil(fromMs / step) * step; at <= toMs; at += step) {
    const x = Math.round(xOf(frame, at)) + 0.5;
    context.moveTo(x, AXIS_PIXELS - 4);
    context.lineTo(x, height);
    const text = markText(at, step);
    if (x + context.measureText(text).width + 8 < width) context.fillText(text, x + 4, AXIS_PIXELS / 2);
  }
  context.stroke();
}

export function drawLane(frame: LaneFrame, lane: TimelineLane, top: number, isDim: boolean): void {
  const { context, width, labelPixels } = frame;
  context.fillStyle = themeColor("line");
  context.fillRect(0, top + LANE_PIXELS - 1, width, 1);
  context.save();
  context.beginPath();
  context.rect(labelPixels, top, width - labelPixels, LANE_PIXELS);
  context.clip();
  if (isDim) context.globalAlpha = 0.25;
  drawBins(frame, lane, top);
  if (lane.kind === "actions" || lane.kind === "markers") drawDiamonds(frame, lane, top);
  else drawTicks(frame, lane, top);
  context.restore();
}

export function drawCursor(frame: LaneFrame, height: number): void {
  const { context, labelPixels, atMs } = frame;
  const x = Math.round(xOf(frame, atMs)) + 0.5;
  if (x < labelPixels) return;
  context.strokeStyle = themeColor("cursor");
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
}

/** @returns first and end of what a span shows */
export function shownPart({ length, atMs }: TimelineLane, fromMs: number, toMs: number): readonly [number, number] {
  return [firstAtOrAfter(length, atMs, fromMs), firstAtOrAfter(length, atMs, toMs)];
}

/** What matters most in a pixel is drawn there: a lost packet hides behind no acknowledgement. */
function drawTicks(frame: LaneFrame, lane: TimelineLane, top: number): void {
  const { context, width, labelPixels, fromMs, toMs } = frame;
  const [first, end] = shownPart(lane, fromMs, toMs);
  const half = lane.kind === "packets";
  const best = new Int8Array(width * 2).fill(-1);
  for (let at = first; at < end; at++) {
    const x = Math.floor(xOf(frame, lane.atMs(at)));
    if (x < labelPixels || x >= width) continue;
    const place = x * 2 + (half && lane.way?.(at) === 1 ? 1 : 0);
    const rank = RANK_OF.get(lane.tone(at)) ?? 0;
    if (rank > (best[place] ?? 0)) best[place] = rank;
  }
  const colors = RANKS.map((tone) => themeColor(`tone-${tone}`));
  const tall = half ? LANE_PIXELS / 2 - 2 : LANE_PIXELS - 10;
  const isWide = end - first < (width - labelPixels) / 4;
  for (let place = 0; place < best.length; place++) {
    const rank = best[place] ?? -1;
    if (rank < 0) continue;
    context.fillStyle = colors[rank] ?? "";
    const isLost = RANKS[rank] === "lost" || RANKS[rank] === "bad";
    const y = half ? top + (place % 2) * (LANE_PIXELS / 2) + 1 : top + 5;
    context.fillRect(place >> 1, y, isWide || isLost ? 2 : 1, tall);
  }
}

const RANKS: readonly LaneTone[] = ["line", "event", ...TONES, "bad"];
const RANK_OF: ReadonlyMap<LaneTone, number> = new Map(RANKS.map((tone, rank) => [tone, rank]));

function drawDiamonds(frame: LaneFrame, lane: TimelineLane, top: number): void {
  const { context, fromMs, toMs } = frame;
  const [first, end] = shownPart(lane, fromMs - 1, toMs + 1);
  const y = top + LANE_PIXELS / 2;
  for (let at = first; at < end; at++) {
    const x = xOf(frame, lane.atMs(at));
    context.fillStyle = themeColor(`tone-${lane.tone(at)}`);
    context.beginPath();
    context.moveTo(x, y - DIAMOND_PIXELS);
    context.lineTo(x + DIAMOND_PIXELS, y);
    context.lineTo(x, y + DIAMOND_PIXELS);
    context.lineTo(x - DIAMOND_PIXELS, y);
    context.fill();
  }
  drawWords(frame, lane, y, first, end);
}

/** Beside a diamond what it stands for, where there is room until the next one. */
function drawWords(frame: LaneFrame, lane: TimelineLane, y: number, first: number, end: number): void {
  const { context, width } = frame;
  context.fillStyle = themeColor("text");
  context.textBaseline = "middle";
  for (let at = first; at < end; at++) {
    const from = xOf(frame, lane.atMs(at)) + DIAMOND_PIXELS + 3;
    const next = at + 1 < lane.length ? xOf(frame, lane.atMs(at + 1)) - DIAMOND_PIXELS - 3 : width - 4;
    const text = lane.text(at).replace(/ \(.*\)$/, "");
    if (context.measureText(text).width <= next - from) context.fillText(text, from, y);
  }
}

const BIN_MS = 100;

/** Packets that are here as counts: the more, the higher. */
function drawBins(frame: LaneFrame, lane: TimelineLane, top: number): void {
  const { context, fromMs, toMs } = frame;
  const most = Math.max(1, ...(lane.bins ?? []).map(({ count }) => count));
  for (const { atMs, count, losses } of lane.bins ?? []) {
    if (atMs + BIN_MS < fromMs || atMs > toMs) continue;
    const x = xOf(frame, atMs);
    const tall = Math.max(2, (count / most) * (LANE_PIXELS - 4));
    context.fillStyle = themeColor(losses > 0 ? "tone-changed" : "tone-other");
    context.fillRect(x, top + LANE_PIXELS - 2 - tall, Math.max(1, xOf(frame, atMs + BIN_MS) - x), tall);
  }
}
