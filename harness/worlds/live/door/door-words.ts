/**
 * What is said over a machine's door, a unix socket: the client's first line asks, the first line back answers, both JSON; behind `console` both
 * ways are the bytes of the console as they are.
 */
import { z } from "zod";

/** In the folder of a run, beside the machine's other files: a link to the socket, there as long as the machine runs. */
export const DOOR_LINK_SUFFIX = "-attach.sock";

export const DOOR_REQUESTS = ["console", "pause", "resume", "end"] as const;
export type DoorRequest = (typeof DOOR_REQUESTS)[number];

export const doorRequestSchema = z.object({ version: z.literal(1), want: z.enum(DOOR_REQUESTS) });
export const doorAnswerSchema = z.object({
  version: z.literal(1),
  ok: z.boolean(),
  /** For a person: what came of it, or why not. */
  message: z.string().max(1_000),
});
export type DoorAnswer = z.infer<typeof doorAnswerSchema>;

/** Longer is no first line of ours. */
export const MAX_FIRST_LINE_BYTES = 2_000;
/** A client that connects and says nothing, or a harness that doesn't answer. */
export const FIRST_LINE_MS = 5_000;

/** @returns the line and what stands behind it; undefined: it has not ended yet @throws RangeError if it is too long */
export function firstLine(bytes: Buffer): { readonly line: string; readonly rest: Buffer } | undefined {
  const end = bytes.indexOf(0x0a);
  if (end > MAX_FIRST_LINE_BYTES || (end === -1 && bytes.length > MAX_FIRST_LINE_BYTES))
    throw new RangeError(`a first line of more than ${MAX_FIRST_LINE_BYTES} bytes`);
  return end === -1 ? undefined : { line: bytes.toString("utf8", 0, end), rest: bytes.subarray(end + 1) };
}
