import { describe, expect, it } from "vitest";
import { readInspectorSaid } from "./inspector-said.ts";

const NOTHING = { stack: undefined, resources: undefined };
const HEAD = Buffer.from("HTTP/1.1 101 Switching Protocols\r\n\r\n");

/** A server's frame, with the length in as few bytes as it fits. */
function frame(message: unknown): Buffer {
  const body = Buffer.from(typeof message === "string" ? message : JSON.stringify(message));
  const length = Buffer.alloc(body.length < 126 ? 2 : body.length < 65_536 ? 4 : 10);
  length[0] = 0x81;
  length[1] = length.length === 2 ? body.length : length.length === 4 ? 126 : 127;
  if (length.length === 4) length.writeUInt16BE(body.length, 2);
  if (length.length === 10) length.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([length, body]);
}

const script = (scriptId: string, url: string) => ({ method: "Debugger.scriptParsed", params: { scriptId, url } });
const at = (functionName: string, scriptId: string, lineNumber: number, columnNumber: number) => {
  return { functionName, location: { scriptId, lineNumber, columnNumber } };
};
const paused = (...callFrames: unknown[]) => ({ method: "Debugger.paused", params: { callFrames } });
const read = (...messages: unknown[]) => readInspectorSaid(Buffer.concat([HEAD, ...messages.map(frame)]));

describe("what an inspector said", () => {
  it("becomes a stack as V8 writes it, with rows and columns from 1, whatever the length of a frame", () => {
    const far = script("7", `file:///${"x".repeat(70_000)}`);
    const messages = [far, script("8", "file:///agent/agent.cjs"), paused(at("spin", "8", 0, 31), at("", "9", 4, 0))];
    expect(read(...messages).stack).toBe("    at spin (file:///agent/agent.cjs:1:32)\n    at unknown:5:1");
  });

  it("names what keeps a process alive, each once", () => {
    const answer = { id: 1, result: { result: { type: "string", value: "UDPWRAP,Timeout,UDPWRAP,?,PipeWrap" } } };
    expect(read(answer)).toEqual({ stack: undefined, resources: ["UDPWRAP", "Timeout", "PipeWrap"] });
  });

  it("is bounded, whatever a guest sends", () => {
    const deep = Array.from({ length: 5_000 }, () => at("f".repeat(1_000), "1", 1, 1));
    const { stack = "" } = read(paused(...deep));
    expect(stack.split("\n")).toHaveLength(64);
    expect(stack.length).toBeLessThan(64 * 260);
    const answer = { id: 1, result: { result: { value: Array.from("abcdefghijklmnopqrstuvwxyz").join(",") } } };
    expect(read(answer).resources).toHaveLength(20);
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["no head", Buffer.from("HTTP/1.1 400 Bad Request\r\n")],
    ["a frame that was cut short", Buffer.concat([HEAD, frame(paused(at("f", "1", 1, 1))).subarray(0, -1)])],
    ["half a length", Buffer.concat([HEAD, Uint8Array.of(0x81, 126, 1)])],
    [
      "a length beyond all bounds",
      Buffer.concat([HEAD, Uint8Array.of(0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255)]),
    ],
    ["no JSON", Buffer.concat([HEAD, frame("paused")])],
    ["another shape", Buffer.concat([HEAD, frame({ method: "Debugger.paused", params: { callFrames: "many" } })])],
  ])("is nothing for %s", (_, bytes) => {
    expect(readInspectorSaid(bytes)).toEqual(NOTHING);
  });
});
