import { existsSync, statSync } from "node:fs";
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { SetupError } from "../harness/host/setup-error.ts";
import type { Announce, ContentCache } from "../harness/host/content-cache.ts";
import { KERNEL_HINT } from "./debian-packages.ts";
import { type GuestProcessor, packagesFor } from "./guest-processor.ts";

const RECIPE_VERSION = 1;

/**
 * A static busybox: UDPSEC_BUSYBOX, else Debian's.
 *
 * @returns its path
 * @throws SetupError `busybox-unavailable`
 */
export async function obtainBusybox(
  cache: ContentCache,
  announce: Announce,
  processor: GuestProcessor = "x64",
): Promise<string> {
  const given = processor === "x64" ? process.env["UDPSEC_BUSYBOX"] : undefined;
  if (given !== undefined && given !== "") {
    if (existsSync(given) && statSync(given).isFile()) return given;
    throw new SetupError("busybox-unavailable", `UDPSEC_BUSYBOX: ${given} isn't a file.`, KERNEL_HINT);
  }
  const folder = await cache.obtain({
    kind: "busybox",
    key: [RECIPE_VERSION, "busybox-static", ...(processor === "x64" ? [] : [processor])],
    describe: `busybox: fetching Debian's busybox-static${processor === "x64" ? "" : ` for ${processor}`}`,
    make: async (into) => {
      const work = join(into, "work");
      await mkdir(work);
      await packagesFor(processor, cache, announce).unpackInto(work, "busybox-static", "busybox-unavailable");
      const found = ["bin/busybox", "usr/bin/busybox"].map((path) => join(work, "root", path)).find(existsSync);
      if (found === undefined)
        throw new SetupError("busybox-unavailable", "busybox-static holds no busybox.", KERNEL_HINT);
      await cp(found, join(into, "busybox"));
      await rm(work, { recursive: true });
    },
  });
  return join(folder, "busybox");
}
