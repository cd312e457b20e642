// One side of a bulk transfer, in a process of its own: `node side.mjs MODULE EXPORT receive|send BYTES [--heap]`, with a channel to
// its parent. Plain JavaScript: it runs the contenders of bench/peers as well, whose packages are theirs alone.
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { GCProfiler } from "node:v8";

const [modulePath, name, role, byteText, heapFlag] = process.argv.slice(2);
const totalBytes = Number(byteText);
const contender = (await import(pathToFileURL(modulePath).href))[name];

const words = [];
const waiting = [];
process.on("message", ({ word, stop }) => {
  if (stop === true) process.exit(0);
  if (word === undefined) return;
  const next = waiting.shift();
  if (next === undefined) words.push(word);
  else next(word);
});
process.on("disconnect", () => process.exit(1));
const signals = {
  send: (word) => process.send({ word }),
  next: () => (words.length > 0 ? Promise.resolve(words.shift()) : new Promise((resolve) => waiting.push(resolve))),
};

let begin;
let profiler;

function start() {
  if (heapFlag === "--heap") {
    profiler = new GCProfiler();
    profiler.start();
  }
  const { heapUsed } = process.memoryUsage();
  begin = { atMs: performance.now(), cpu: process.cpuUsage(), heapUsed };
}

/** What was allocated between collections, and since the last. */
function allocatedBytes() {
  const { statistics } = profiler.stop();
  let used = begin.heapUsed;
  let sum = 0;
  for (const { beforeGC, afterGC } of statistics) {
    sum += Math.max(0, beforeGC.heapStatistics.usedHeapSize - used);
    used = afterGC.heapStatistics.usedHeapSize;
  }
  return sum + Math.max(0, process.memoryUsage().heapUsed - used);
}

function tell() {
  const { user, system } = process.cpuUsage(begin.cpu);
  const measure = {
    seconds: (performance.now() - begin.atMs) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
  process.send({ measure: profiler === undefined ? measure : { ...measure, heapBytes: allocatedBytes() } });
}

if (role === "receive") {
  let received = 0;
  let isTold = false;
  await contender.receive(signals, (count) => {
    if (begin === undefined) start();
    received += count;
    if (received < totalBytes || isTold) return;
    isTold = true;
    tell();
  });
} else {
  const transfer = await contender.connect(signals);
  // The other side's "whole" ends the sender's measure: what it still has to send again counts.
  process.on("message", ({ whole }) => whole === true && tell());
  start();
  await transfer(totalBytes);
}
