import { SocketError } from "../runtime/runtime.ts";

/** @param what one phrase that says what was tried, with address and port */
export function asSocketError(error: unknown, what: string): SocketError {
  if (error instanceof SocketError) return error;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "EUNKNOWN";
  return new SocketError(code, `${what}: ${code}`, { cause: error });
}
