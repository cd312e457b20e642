/** 100,000 frames: the page stays small enough to be sent, and is drawn while one looks. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { enhancedPacket, interfaceDescription, sectionHeader } from "../../capture/pcapng-blocks.ts";
import { HOST_A, HOST_B, udp } from "../../evidence/capture-writer.fixture.ts";
import { CLIENT_PORT, dataPacket, header, KEYS, noise, PORT, SESSION_ID } from "../../evidence/recorded-run.fixture.ts";
import { bundleEntry } from "../../host/bundled-entry.ts";
import { BUNDLES } from "../../host/bundles.ts";
import { readFileSync } from "node:fs";
import { gatherPackets } from "../gather/packets.ts";
import { gatherRun } from "../gather/gather-run.ts";
import { reportHtml } from "../html/report-html.ts";
import { encodePackets } from "../model/packet-columns.ts";
import { REPORTED_RUN, reportedRuns } from "../reported-run.fixture.ts";
import { openBrowser, PAINTED, showPage } from "./shown-page.fixture.ts";

const SENT = 50_000;
const FRAMES = 2 * SENT;
const DATA_BYTES = 64;
const EVERY_TWENTIETH = 20;
const MAX_PAGE_BYTES = 5_000_000;
/** Of a machine with five times more work than processors. */
const MAX_SHOWN_MS = 15_000;

let browser: Browser;
let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "large-page-"));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** A sender at full speed for 50 s, with random sizes and times as a network has them. */
function largeCapture(path: string): void {
  const random = noise("times", FRAMES);
  const blocks = [sectionHeader("large"), interfaceDescription("a.0"), interfaceDescription("b.0")];
  const handshake = [
    udp(
      HOST_A,
      CLIENT_PORT,
      HOST_B,
      PORT,
      Buffer.concat([header(1, 0, 1174, `${SESSION_ID.slice(0, 8)}00000000`), noise("1", 1174)]),
    ),
    udp(HOST_B, PORT, HOST_A, CLIENT_PORT, Buffer.concat([header(2, 0, 1174), noise("2", 1174)])),
  ];
  handshake.forEach((frame, at) => blocks.push(enhancedPacket(at, 1_000 * at, frame, "sent")));
  for (let at = 1; at <= SENT - 1; at++) {
    const bytes = noise("data", DATA_BYTES);
    const packet = dataPacket(KEYS.initiatorKey, { pn: at, offset: at * DATA_BYTES, bytes, delivered: at >> 3 });
    const frame = udp(HOST_A, CLIENT_PORT, HOST_B, PORT, packet);
    const timeUs = at * 1_000 + (random[at] ?? 0) * 3;
    const isLost = at % EVERY_TWENTIETH === 0;
    blocks.push(enhancedPacket(0, timeUs, frame, "sent", isLost ? `dropped: drop (a.0>b.0, udp #${at})` : undefined));
    blocks.push(enhancedPacket(1, timeUs + 300 + (random[at + 1] ?? 0), frame, "received"));
  }
  writeFileSync(path, Buffer.concat(blocks));
}

it("are less than 5 MB, and smooth", { timeout: 180_000 }, async () => {
  const path = join(folder, "fabric.pcapng");
  largeCapture(path);
  const runs = reportedRuns();
  const { data } = await gatherRun(join(runs, REPORTED_RUN));
  rmSync(runs, { recursive: true });
  const { head, rows } = await gatherPackets({
    files: [{ path, name: "fabric.pcapng", tap: undefined, mac: undefined }],
    keys: new Map([[SESSION_ID, KEYS]]),
    clock: { offsetUs: 0, text: "" },
    ...{ times: [], cited: new Set<string>() },
  });
  expect([head.total, head.rows, head.sessions[0]?.isOpened]).toEqual([FRAMES, FRAMES, true]);
  const script = readFileSync((await bundleEntry(BUNDLES.reportPage)).path, "utf8");
  const run = { data: { ...data, packets: head, endMs: SENT }, packets: encodePackets(rows), problems: [] };
  const html = reportHtml([run], script);
  const page = join(folder, "large.html");
  writeFileSync(page, html);
  const shown = await showPage(browser, pathToFileURL(page).href);
  const frames = await drawnFrames(shown.page);
  await shown.close();
  process.stdout.write(
    `${FRAMES} frames: ${Buffer.byteLength(html)} bytes; shown after ${Math.round(shown.shownMs)} ms; a picture in ${frames.median} ms, at most ${frames.most} ms\n`,
  );
  expect(Buffer.byteLength(html)).toBeLessThan(MAX_PAGE_BYTES);
  expect(shown.shownMs).toBeLessThan(MAX_SHOWN_MS);
  expect(frames.median).toBeLessThan(400);
  expect(shown.complaints).toEqual([]);
});

/** What a person does: zooms in and out, pans, scrolls. @returns how long one picture takes, ms */
async function drawnFrames(
  page: Awaited<ReturnType<typeof showPage>>["page"],
): Promise<{ median: number; most: number }> {
  const times: number[] = [];
  for (const key of ["+", "+", "ArrowRight", "ArrowLeft", "-", "j", "j", "l", "0", "-", "+", "0"]) {
    const startedMs = performance.now();
    await page.keyboard.press(key);
    await page.evaluate(PAINTED);
    times.push(Math.round(performance.now() - startedMs));
  }
  times.sort((a, b) => a - b);
  return { median: times[times.length >> 1] ?? 0, most: times.at(-1) ?? 0 };
}
