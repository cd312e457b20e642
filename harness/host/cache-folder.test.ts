import { expect, it } from "vitest";
import { cacheFolder } from "./cache-folder.ts";
import { projectRoot } from "./project-root.ts";

it.each([
  ["what is given", { UDPSEC_CACHE: "/given", XDG_CACHE_HOME: "/xdg", HOME: "/home/u" }, "/given"],
  ["the user's cache folder", { UDPSEC_CACHE: "", XDG_CACHE_HOME: "/xdg", HOME: "/home/u" }, "/xdg/udpsec"],
  ["no relative one", { XDG_CACHE_HOME: "xdg", HOME: "/home/u" }, "/home/u/.cache/udpsec"],
  ["the home folder's", { HOME: "/home/u" }, "/home/u/.cache/udpsec"],
  ["the project's for a user without a home", {}, `${projectRoot()}/build/cache`],
])("takes %s", (_, environment, expected) => {
  expect(cacheFolder(environment)).toBe(expected);
});
