import { statSync } from "node:fs";
import { cp, mkdir, realpath, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Announce, ContentCache } from "../harness/host/content-cache.ts";
import { SetupError } from "../harness/host/setup-error.ts";
import { packagesFor } from "./guest-processor.ts";

const RECIPE_VERSION = 1;
const HINT = "It needs apt-get with sources that work; or get the file otherwise and name its path.";

/**
 * One file of a Debian package, fetched without root and kept in the cache. The package need not be for this machine's processor.
 *
 * @param inside the file's path in the package, without a leading slash
 * @throws SetupError `package-unavailable`
 */
export async function obtainDebianFile(
  cache: ContentCache,
  announce: Announce,
  packageName: string,
  inside: string,
): Promise<string> {
  const folder = await cache.obtain({
    kind: "debian-file",
    key: [RECIPE_VERSION, packageName, inside],
    describe: `${basename(inside)}: fetching Debian's ${packageName}`,
    make: async (into) => {
      const work = join(into, "work");
      await mkdir(work);
      await packagesFor("x64", cache, announce).unpackInto(work, packageName, "package-unavailable", HINT);
      const file = join(work, "root", inside);
      if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
        throw new SetupError("package-unavailable", `The package ${packageName} holds no file ${inside}.`, HINT);
      // Copied is what a link leads to: the link's own target is about to go.
      await cp(await realpath(file), join(into, basename(inside)));
      await rm(work, { recursive: true });
    },
  });
  return join(folder, basename(inside));
}
