/** What a kernel module says about itself. Names are normalised: `-` and `_` are the same to the kernel. */
export interface ModuleInfo {
  readonly name: string;
  readonly depends: readonly string[];
}

/** A file that isn't a 64-bit little-endian kernel module. */
export class ModuleFormatError extends Error {
  override readonly name = "ModuleFormatError";
  readonly code = "module-format";
}

const ELF_HEADER_BYTES = 64;
const SECTION_HEADER_BYTES = 64;
const CLASS_64_LITTLE_ENDIAN = "7f454c460201";

/** The kernel takes `virtio-rng` and `virtio_rng` for the same module. */
export function normaliseModuleName(name: string): string {
  return name.replaceAll("-", "_");
}

/**
 * Reads the `.modinfo` section of a module (ELF-64: System V ABI, "Object Files"): NUL-separated `key=value`.
 *
 * @throws ModuleFormatError
 */
export function readModuleInfo(module: Uint8Array): ModuleInfo {
  const text = Buffer.from(modinfoSection(module)).toString("utf8");
  const values = new Map<string, string>();
  for (const pair of text.split("\0")) {
    const equals = pair.indexOf("=");
    if (equals > 0 && !values.has(pair.slice(0, equals))) values.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  const name = values.get("name");
  if (name === undefined) throw new ModuleFormatError("the module does not say its name");
  const depends = (values.get("depends") ?? "").split(",").filter((dependency) => dependency !== "");
  return { name: normaliseModuleName(name), depends: depends.map(normaliseModuleName) };
}

function modinfoSection(module: Uint8Array): Uint8Array {
  const bytes = Buffer.from(module.buffer, module.byteOffset, module.byteLength);
  if (bytes.length < ELF_HEADER_BYTES || bytes.toString("hex", 0, 6) !== CLASS_64_LITTLE_ENDIAN) {
    throw new ModuleFormatError("not a 64-bit little-endian ELF file");
  }
  const tableOffset = Number(bytes.readBigUInt64LE(40));
  const count = bytes.readUInt16LE(60);
  const namesIndex = bytes.readUInt16LE(62);
  const section = (index: number): { nameOffset: number; contents: Uint8Array } => {
    const at = tableOffset + index * SECTION_HEADER_BYTES;
    if (index >= count || at + SECTION_HEADER_BYTES > bytes.length)
      throw new ModuleFormatError("section table cut short");
    const offset = Number(bytes.readBigUInt64LE(at + 24));
    const size = Number(bytes.readBigUInt64LE(at + 32));
    return { nameOffset: bytes.readUInt32LE(at), contents: bytes.subarray(offset, offset + size) };
  };
  const names = Buffer.from(section(namesIndex).contents);
  for (let index = 0; index < count; index += 1) {
    const { nameOffset, contents } = section(index);
    if (names.toString("latin1", nameOffset, names.indexOf(0, nameOffset)) === ".modinfo") return contents;
  }
  throw new ModuleFormatError("no .modinfo section");
}
