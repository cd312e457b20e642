/** An engine without a host has nothing to give: what asks for it fails. That the core asks for nothing is the stage `no-host`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";
import { compareSeed } from "./compare.ts";
import { bundleForNoHost, coreEngine } from "./core-engine.ts";
import { Engine, type EngineError } from "./engine.ts";

const LIMITS = { heapBytes: 16 * 1024 * 1024, stackBytes: 512 * 1024, timeMs: 60_000 };
const folder = mkdtempSync(join(tmpdir(), "no-host-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** @returns a script as the core is made into one */
async function bundled(source: string): Promise<string> {
  const entry = join(folder, "entry.ts");
  writeFileSync(entry, source);
  return bundleForNoHost(projectRoot(), entry);
}

function messageOf(act: () => void): string {
  try {
    act();
    return "nothing was thrown";
  } catch (error) {
    return (error as EngineError).message;
  }
}

describe("an engine without a host", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create(LIMITS);
  });

  it.each([
    ["process", "process.hrtime()"],
    ["Buffer", "Buffer.from([1])"],
    ["setTimeout", "setTimeout(() => {}, 1)"],
    ["setInterval", "setInterval(() => {}, 1)"],
    ["setImmediate", "setImmediate(() => {})"],
    ["queueMicrotask", "queueMicrotask(() => {})"],
    ["crypto", "crypto.getRandomValues(new Uint8Array(1))"],
    ["performance", "performance.now()"],
    ["console", "console.log(1)"],
    ["structuredClone", "structuredClone({})"],
    ["URL", "new URL('udp://a')"],
    ["fetch", "fetch('')"],
    ["WebAssembly", "new WebAssembly.Module(new Uint8Array(0))"],
    ["Date", "Date.now()"],
    ["TextEncoder", "new TextEncoder()"],
    ["TextDecoder", "new TextDecoder('utf-8')"],
  ])("has no %s", async (name, use) => {
    const script = await bundled(`export const used = ${use};`);
    expect(messageOf(() => engine.evaluate(script))).toMatch(new RegExp(`^ReferenceError: '?${name}'? is not defined`));
  });

  it("has no chance", async () => {
    const script = await bundled("export const used = Math.random();");
    expect(messageOf(() => engine.evaluate(script))).toMatch(/^TypeError: not a function/);
  });

  it("has no modules of a host: they can't be bundled", async () => {
    await expect(bundled('import { readFileSync } from "node:fs"; readFileSync("a");')).rejects.toThrow(/node:fs/);
  });

  it("gives no more than its heap", async () => {
    const small = await Engine.create(LIMITS);
    const message = messageOf(() => small.evaluate("const kept = []; for (;;) kept.push(new ArrayBuffer(4 << 20));"));
    expect(message).toMatch(/out of memory/);
  });

  it("gives no more than its time", async () => {
    const slow = await Engine.create({ ...LIMITS, timeMs: 50 });
    expect(messageOf(() => slow.evaluate("for (;;);"))).toMatch(/interrupted/);
    slow.dispose();
  });

  it("tells of a promise that nothing will resolve", () => {
    engine.evaluate("globalThis.settled = () => false; globalThis.answer = () => new Promise(() => {});");
    expect(messageOf(() => void engine.ask({}))).toMatch(/never comes/);
  });
});

describe("the core in it", () => {
  it("asks for a text codec, and for nothing else", async () => {
    const core = await bundleForNoHost(projectRoot(), "scripts/no-host/inside/main.ts");
    const engine = await Engine.create(LIMITS);
    expect(messageOf(() => engine.evaluate(core))).toMatch(/^ReferenceError: '?TextEncoder'? is not defined/);
    engine.evaluate(await bundleForNoHost(projectRoot(), "scripts/no-host/inside/text-codec.ts"));
    engine.evaluate(core);
    engine.dispose();
  });

  it("does in virtual time what it does under Node", async () => {
    const engine = await coreEngine(projectRoot(), LIMITS);
    expect(await compareSeed(engine, "handshake", 3)).toEqual({ passed: 1, problems: [] });
    // The comparison sees a difference: the same seed with another answer.
    engine.evaluate(
      'const real = answer; globalThis.answer = async (q) => (await real(q)).replace(/traceHash":"./, \'traceHash":"x\');',
    );
    expect((await compareSeed(engine, "handshake", 3)).problems).toHaveLength(1);
    engine.dispose();
  });
});

describe("the text codec", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create(LIMITS);
    engine.evaluate(await bundleForNoHost(projectRoot(), "scripts/no-host/inside/text-codec.ts"));
    engine.evaluate(`
      globalThis.settled = () => false;
      globalThis.answer = async (question) => {
        const { text, bytes } = JSON.parse(question);
        if (text !== undefined) return JSON.stringify([...new TextEncoder().encode(text)]);
        try {
          return JSON.stringify(new TextDecoder("utf-8").decode(Uint8Array.from(bytes)));
        } catch { return "null"; }
      };`);
  });

  it.each(["", "a%b", "é%41ß", "€", "😀", "\ufeffa", "a\u0000b", "lone \ud800 half"])(
    "encodes %j as Node does",
    (text) => {
      expect(engine.ask({ text })).toEqual([...new TextEncoder().encode(text)]);
    },
  );

  it.each([
    [[]],
    [[0x61, 0x25, 0x32]],
    [[0xef, 0xbb, 0xbf, 0x61]],
    [[0xf0, 0x9f, 0x98, 0x80]],
    [[0xc0, 0x80]],
    [[0xed, 0xa0, 0x80]],
    [[0xf4, 0x90, 0x80, 0x80]],
    [[0xe2, 0x82]],
    [[0x80]],
    [[0xff]],
  ])("decodes %j as Node does, or refuses it as well", (bytes) => {
    expect(engine.ask({ bytes })).toEqual(decodedByNode(bytes));
  });
});

function decodedByNode(bytes: readonly number[]): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}
