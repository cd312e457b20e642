import { describe, expect, it } from "vitest";
import { ModuleFormatError, readModuleInfo } from "./module-info.ts";
import { loadOrder, ModuleOrderError } from "./module-order.ts";

/** A 64-bit ELF file with a section of names and a `.modinfo`. */
function module(modinfo: string): Buffer {
  const names = Buffer.from("\0.shstrtab\0.modinfo\0");
  const info = Buffer.from(modinfo);
  const header = Buffer.alloc(64);
  header.write("7f454c46020101", 0, "hex");
  const table = Buffer.alloc(3 * 64);
  const section = (index: number, name: number, offset: number, size: number): void => {
    table.writeUInt32LE(name, index * 64);
    table.writeBigUInt64LE(BigInt(offset), index * 64 + 24);
    table.writeBigUInt64LE(BigInt(size), index * 64 + 32);
  };
  section(1, 1, 64, names.length);
  section(2, 11, 64 + names.length, info.length);
  header.writeBigUInt64LE(BigInt(64 + names.length + info.length), 40);
  header.writeUInt16LE(3, 60);
  header.writeUInt16LE(1, 62);
  return Buffer.concat([header, names, info, table]);
}

describe("readModuleInfo", () => {
  it("reads name and dependencies, with the kernel's spelling", () => {
    const info = readModuleInfo(module("license=GPL\0depends=virtio,virtio-ring\0name=virtio-rng\0vermagic=6.1\0"));
    expect(info).toEqual({ name: "virtio_rng", depends: ["virtio", "virtio_ring"] });
  });

  it("takes empty `depends` for none", () => {
    expect(readModuleInfo(module("depends=\0name=virtio\0")).depends).toEqual([]);
  });

  it("refuses what is not a module, at every length of a module cut short", () => {
    const whole = module("depends=\0name=virtio\0");
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => readModuleInfo(whole.subarray(0, length))).toThrow(ModuleFormatError);
    }
    expect(() => readModuleInfo(module("license=GPL\0"))).toThrow(ModuleFormatError);
  });
});

describe("loadOrder", () => {
  const modules: Record<string, readonly string[]> = {
    virtio_net: ["net_failover", "virtio"],
    net_failover: ["failover"],
    failover: [],
    virtio: ["virtio_ring"],
    virtio_ring: [],
    a: ["b"],
    b: ["a"],
  };
  const dependsOf = (name: string): readonly string[] | undefined => modules[name];

  it("puts each after what it depends on, once", () => {
    const order = loadOrder(["virtio_net", "virtio"], dependsOf, new Set());
    expect(order).toEqual(["failover", "net_failover", "virtio_ring", "virtio", "virtio_net"]);
  });

  it("leaves out what the kernel has built in", () => {
    expect(loadOrder(["virtio-net"], dependsOf, new Set(["virtio", "net_failover"]))).toEqual(["virtio_net"]);
  });

  it("names the way to a module that is missing, and a circle", () => {
    expect(() => loadOrder(["absent"], dependsOf, new Set())).toThrow(new ModuleOrderError("no module absent"));
    expect(() => loadOrder(["a"], dependsOf, new Set())).toThrow("a -> b -> a");
  });
});
