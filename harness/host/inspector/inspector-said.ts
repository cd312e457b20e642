/**
 * What Node's inspector said over its WebSocket when it was asked where the main thread is
 * (https://chromedevtools.github.io/devtools-protocol/v8/). The bytes may come from a guest: whatever they are, little is taken of them.
 */
import { z } from "zod";

const MAX_FRAMES = 64;
const MAX_NAME_UNITS = 200;
const MAX_RESOURCES = 20;

export interface InspectorSaid {
  /** As V8 writes a stack trace, without the line of an error; undefined: it never paused, so that no JavaScript ran. */
  readonly stack: string | undefined;
  /** What keeps the process alive, by Node's names, such as `Timeout`; undefined: it did not say. */
  readonly resources: readonly string[] | undefined;
}

const resourcesSchema = z.object({ id: z.literal(1), result: z.object({ result: z.object({ value: z.string() }) }) });
const scriptSchema = z.object({
  method: z.literal("Debugger.scriptParsed"),
  params: z.object({ scriptId: z.string(), url: z.string() }),
});
const pausedSchema = z.object({
  method: z.literal("Debugger.paused"),
  params: z.object({
    callFrames: z.array(
      z.object({
        functionName: z.string(),
        location: z.object({ scriptId: z.string(), lineNumber: z.number(), columnNumber: z.number().default(0) }),
      }),
    ),
  }),
});

/** Requests in their order: the first answer tells of what waits, and at the pause the stack comes. Each fits a short WebSocket frame. */
export const QUESTIONS: readonly string[] = [
  '{"id":1,"method":"Runtime.evaluate","params":{"expression":"process.getActiveResourcesInfo()+[]"}}',
  '{"id":2,"method":"Debugger.enable"}',
  '{"id":3,"method":"Debugger.pause"}',
];
/** Answers of `QUESTIONS`, as text among the bytes: all were taken, and the main thread stands at a place. */
export const TAKEN = '"id":3,';
export const PAUSED = '"Debugger.paused"';

/** @param bytes from the first of the answer to the upgrade on @returns what could be read of them; never throws */
export function readInspectorSaid(bytes: Uint8Array): InspectorSaid {
  const urls = new Map<string, string>();
  let said: InspectorSaid = { stack: undefined, resources: undefined };
  for (const message of messagesIn(bytes)) {
    const script = scriptSchema.safeParse(message);
    if (script.success) urls.set(script.data.params.scriptId, script.data.params.url);
    const resources = resourcesSchema.safeParse(message);
    if (resources.success) said = { ...said, resources: namesIn(resources.data.result.result.value) };
    const paused = pausedSchema.safeParse(message);
    if (paused.success && said.stack === undefined) said = { ...said, stack: stackOf(paused.data, urls) };
  }
  return said;
}

/** Each once, however often it is there. */
function namesIn(list: string): string[] {
  const names = [...new Set(list.split(","))].filter((name) => /^[A-Za-z]{1,40}$/.test(name));
  return names.slice(0, MAX_RESOURCES);
}

function stackOf({ params }: z.infer<typeof pausedSchema>, urls: ReadonlyMap<string, string>): string {
  const lines = params.callFrames.slice(0, MAX_FRAMES).map(({ functionName, location }) => {
    const { scriptId, lineNumber, columnNumber } = location;
    const place = `${urls.get(scriptId) ?? "unknown"}:${lineNumber + 1}:${columnNumber + 1}`;
    return functionName === "" ? `    at ${place}` : `    at ${functionName.slice(0, MAX_NAME_UNITS)} (${place})`;
  });
  return lines.join("\n");
}

/** Text frames of a server, which masks nothing (RFC 6455 5.2); what is no JSON is skipped, and what was cut short left out. */
function* messagesIn(bytes: Uint8Array): Generator<unknown> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = buffer.indexOf("\r\n\r\n");
  for (let at = head === -1 ? buffer.length : head + 4; at + 2 <= buffer.length;) {
    const short = (buffer[at + 1] ?? 0) & 0x7f;
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = at + 2 + extra;
    if (start > buffer.length) return;
    const length = extra === 0 ? short : extra === 2 ? buffer.readUInt16BE(at + 2) : buffer.readUIntBE(at + 4, 6);
    if (start + length > buffer.length) return;
    yield parsed(buffer.toString("utf8", start, start + length));
    at = start + length;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
