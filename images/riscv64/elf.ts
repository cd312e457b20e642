const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const RISCV = 243;
const EXECUTABLE = 2;
const LOAD = 1;
const READ_WRITE_EXECUTE = 7;

/**
 * A program of one segment as an ELF file for RISC-V, 64 bits (System V ABI, "Object Files"): what QEMU's `-kernel` loads.
 *
 * @param address where the image is loaded and where it begins to run
 */
export function elfFile(image: Uint8Array, address: number): Uint8Array {
  const head = Buffer.alloc(HEADER_BYTES + PROGRAM_HEADER_BYTES);
  // 64 bits, little-endian, version 1.
  head.write("\x7fELF\x02\x01\x01", 0, "latin1");
  head.writeUInt16LE(EXECUTABLE, 16);
  head.writeUInt16LE(RISCV, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BigInt(address), 24);
  head.writeBigUInt64LE(BigInt(HEADER_BYTES), 32);
  head.writeUInt16LE(HEADER_BYTES, 52);
  head.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(LOAD, HEADER_BYTES);
  head.writeUInt32LE(READ_WRITE_EXECUTE, HEADER_BYTES + 4);
  head.writeBigUInt64LE(BigInt(head.length), HEADER_BYTES + 8);
  head.writeBigUInt64LE(BigInt(address), HEADER_BYTES + 16);
  head.writeBigUInt64LE(BigInt(address), HEADER_BYTES + 24);
  head.writeBigUInt64LE(BigInt(image.length), HEADER_BYTES + 32);
  head.writeBigUInt64LE(BigInt(image.length), HEADER_BYTES + 40);
  head.writeBigUInt64LE(4n, HEADER_BYTES + 48);
  return Buffer.concat([head, image]);
}
