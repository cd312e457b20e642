import { join } from "node:path";
import type { Announce, ContentCache } from "../harness/host/content-cache.ts";
import { DebianPackages } from "./debian-packages.ts";

/** What our guest's kernel and Node are made for, as Node calls it. */
export type GuestProcessor = "x64" | "arm64";

/** @returns where packages for that processor come from */
export function packagesFor(processor: GuestProcessor, cache: ContentCache, announce: Announce): DebianPackages {
  return processor === "x64"
    ? new DebianPackages(join(cache.folder, "apt"), announce)
    : new DebianPackages(join(cache.folder, `apt-${processor}`), announce, processor);
}
