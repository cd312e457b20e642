/** One thing in an initramfs. Paths are relative, without a leading slash; parents come before their children. */
export type ArchiveEntry =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "file"; readonly path: string; readonly contents: Uint8Array; readonly executable?: boolean }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | { readonly kind: "device"; readonly path: string; readonly major: number; readonly minor: number };

const TRAILER = "TRAILER!!!";
const FORMAT = { folder: 0o040755, file: 0o100644, executable: 0o100755, link: 0o120777, device: 0o020600 } as const;
const ALIGNMENT_BYTES = 4;
/** Sizes are eight hex digits. */
const MAX_FILE_BYTES = 0xffff_ffff;

/**
 * Writes a cpio archive in the "newc" format that the kernel unpacks as an initramfs
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Equal entries give equal bytes: no times, no owners.
 *
 * @throws RangeError on a path that the kernel would not find again, or a file too big for the format
 */
export function cpioArchive(entries: readonly ArchiveEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let inode = 1;
  for (const entry of entries) {
    checkPath(entry.path);
    parts.push(...member(inode, entry.path, modeOf(entry), bodyOf(entry), deviceOf(entry)));
    inode += 1;
  }
  parts.push(...member(0, TRAILER, 0, new Uint8Array(0), [0, 0]));
  return Buffer.concat(parts);
}

function checkPath(path: string): void {
  const bad =
    path === "" || path === TRAILER || path.split("/").some((part) => part === "" || part === "." || part === "..");
  if (bad || path.includes("\0")) throw new RangeError(`not a path for an archive: ${JSON.stringify(path)}`);
}

function modeOf(entry: ArchiveEntry): number {
  if (entry.kind === "file" && entry.executable === true) return FORMAT.executable;
  return FORMAT[entry.kind];
}

function bodyOf(entry: ArchiveEntry): Uint8Array {
  if (entry.kind === "file") return entry.contents;
  if (entry.kind === "link") return Buffer.from(entry.target);
  return new Uint8Array(0);
}

function deviceOf(entry: ArchiveEntry): readonly [number, number] {
  return entry.kind === "device" ? [entry.major, entry.minor] : [0, 0];
}

function member(
  inode: number,
  path: string,
  mode: number,
  body: Uint8Array,
  [major, minor]: readonly [number, number],
): Uint8Array[] {
  if (body.length > MAX_FILE_BYTES)
    throw new RangeError(`${path}: ${body.length} bytes do not fit into a cpio archive`);
  const name = Buffer.from(`${path}\0`);
  const links = mode === FORMAT.folder ? 2 : 1;
  // ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
  const fields = [inode, mode, 0, 0, links, 0, body.length, 0, 0, major, minor, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`);
  return [header, name, padding(header.length + name.length), body, padding(body.length)];
}

function padding(length: number): Uint8Array {
  return new Uint8Array((ALIGNMENT_BYTES - (length % ALIGNMENT_BYTES)) % ALIGNMENT_BYTES);
}
