/** A command line that QEMU would misread, told before it starts. */
export class CommandLineError extends Error {
  override readonly name = "CommandLineError";
  readonly code = "command-line";
}

/** `sun_path` holds 108 bytes with its end; QEMU stays alive and silent on a longer one. */
export const MAX_SOCKET_PATH_BYTES = 107;

/** QEMU's option syntax ends a value at a comma and takes two for one. */
export function escapeComma(value: string): string {
  return value.replaceAll(",", ",,");
}

/** @throws CommandLineError */
export function socketPath(path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_SOCKET_PATH_BYTES) return path;
  throw new CommandLineError(`socket path of ${bytes} bytes, at most ${MAX_SOCKET_PATH_BYTES} fit: ${path}`);
}
