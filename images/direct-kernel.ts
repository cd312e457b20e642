import { gunzipSync } from "node:zlib";
import { decodeLz4Legacy } from "./lz4-legacy.ts";

/** A decompressed kernel is a few times this one's size; more is a broken length. */
const MAX_KERNEL_BYTES = 512 * 1024 * 1024;
const BZIMAGE_MAGIC = 0x5372_6448; // "HdrS"
const GZIP_MAGIC = 0x8b1f;
const LZ4_LEGACY_MAGIC = 0x184c_2102;
const ELF_MAGIC = 0x464c_457f;
/** The ELF note that holds the entry point for a direct start: owner "Xen", type 18 (XEN_ELFNOTE_PHYS32_ENTRY). */
const PVH_NOTE_TAIL = Buffer.from([18, 0, 0, 0, 0x58, 0x65, 0x6e, 0]);

/**
 * Takes the kernel proper out of a compressed image (Documentation/arch/x86/boot.rst: `payload_offset`), if QEMU can start it
 * directly (PVH). On an emulated processor that saves the guest from unpacking itself: half a second of a boot.
 *
 * @returns undefined when the image is of another kind: then it is booted as it is
 */
export function directKernel(image: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  if (bytes.length < 0x250 || bytes.readUInt32LE(0x202) !== BZIMAGE_MAGIC || bytes.readUInt16LE(0x206) < 0x208)
    return undefined;
  const setupSectors = bytes.readUInt8(0x1f1) || 4;
  const start = (setupSectors + 1) * 512 + bytes.readUInt32LE(0x248);
  const payload = bytes.subarray(start, start + bytes.readUInt32LE(0x24c));
  const kernel = decompress(payload);
  if (kernel === undefined || kernel.length < 4 || kernel.readUInt32LE(0) !== ELF_MAGIC) return undefined;
  return kernel.includes(PVH_NOTE_TAIL) ? kernel : undefined;
}

/** The payload ends with the length of what it unpacks to. */
function decompress(payload: Buffer): Buffer | undefined {
  if (payload.length < 8) return undefined;
  const length = payload.readUInt32LE(payload.length - 4);
  if (length > MAX_KERNEL_BYTES) return undefined;
  try {
    if (payload.readUInt32LE(0) === LZ4_LEGACY_MAGIC) return decodeLz4Legacy(payload.subarray(0, -4), length);
    if (payload.readUInt16LE(0) === GZIP_MAGIC) return gunzipSync(payload, { maxOutputLength: length });
  } catch {
    // Not what it seemed to be: the image is booted as it is.
  }
  return undefined;
}
