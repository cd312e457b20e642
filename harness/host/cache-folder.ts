import { isAbsolute, join } from "node:path";
import { buildFolder } from "./package-assets.ts";

/**
 * Where images are kept: UDPSEC_CACHE, else `udpsec` in the user's cache folder (XDG Base Directory Specification: XDG_CACHE_HOME,
 * else `.cache` in the home folder), so that all checkouts share them; for a user without a home `build/cache`.
 *
 * @param environment tests give their own
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment["UDPSEC_CACHE"] ?? "";
  if (given !== "") return given;
  // The specification demands that relative paths are ignored.
  const xdg = environment["XDG_CACHE_HOME"] ?? "";
  if (isAbsolute(xdg)) return join(xdg, "udpsec");
  const home = environment["HOME"] ?? "";
  return isAbsolute(home) ? join(home, ".cache/udpsec") : join(buildFolder(), "cache");
}
