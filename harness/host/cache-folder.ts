import { join } from "node:path";
import { projectRoot } from "./project-root.ts";

/** Where images are kept: UDPSEC_CACHE, else `build/cache` of the project. */
export function cacheFolder(): string {
  const given = process.env["UDPSEC_CACHE"];
  return given === undefined || given === "" ? join(projectRoot(), "build/cache") : given;
}
