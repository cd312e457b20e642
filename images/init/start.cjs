// What Node runs first in a process of our guest: it starts the agent, quicker than Node alone would (docs/decisions/033).
// With `--write-code-cache FILE` it writes what the guest needs for that, and starts nothing.
"use strict";
const { readFileSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { dirname, join } = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { Script } = require("node:vm");

const agent = join(__dirname, "agent.cjs");
// As Node wraps a module; the shift of the first line makes places in stack traces those of the file.
const head = "(function (exports, require, module, __filename, __dirname) { ";

function compile(options) {
  const source = `${head}${readFileSync(agent, "utf8")}\n})`;
  return new Script(source, { filename: agent, columnOffset: -head.length, ...options });
}

/** Undefined: there is none. V8 refuses one of another version by itself, and compiles. */
function codeCache() {
  try {
    return readFileSync(`${agent}.cache`);
  } catch {
    return undefined;
  }
}

if (process.argv[2] === "--write-code-cache") {
  // Every function at once: which of them a run needs, nobody knows before.
  setFlagsFromString("--no-lazy");
  const script = compile({});
  // V8 takes a cache only under the flags under which it was written.
  setFlagsFromString("--lazy");
  writeFileSync(process.argv[3], script.createCachedData());
} else {
  const start = compile({ cachedData: codeCache() }).runInThisContext();
  const module = { exports: {} };
  start.call(module.exports, module.exports, createRequire(agent), module, agent, dirname(agent));
  // On an emulated processor compiled JavaScript never pays: each piece of machine code must be translated once more, and the run is
  // over before that is earned. The interpreter alone takes about 40 % less time for the whole of a self-test (docs/decisions/002). On
  // arm64 it is the other way round. Not on Node's command line: Node would refuse the code caches of its own modules.
  if (process.arch !== "arm64") {
    setFlagsFromString("--no-opt");
    setFlagsFromString("--no-sparkplug");
  }
}
