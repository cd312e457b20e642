// Bundles one TypeScript entry into one file for Node, and keeps it while the contents of everything that went into it stay
// the same. As a command: `node scripts/bundle.mjs ENTRY.ts OUT.mjs`; as a module: `bundle()`, typed in bundle.d.mts.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Goes up when a change of this file must remake every bundle. */
const RECIPE_VERSION = 2;

/** Packages written as CommonJS call `require` for Node's own modules. */
const REQUIRE_BANNER =
  'import { createRequire as createRequireForBundle } from "node:module"; const require = createRequireForBundle(import.meta.url);';

/** A page's program stands in the page: it ends no script element, and its style sheets are texts. */
const FOR_BROWSERS = {
  platform: "browser",
  format: "iife",
  target: "es2022",
  loader: { ".css": "text" },
  charset: "utf8",
};

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

function hashFile(path) {
  try {
    return sha256(readFileSync(path));
  } catch {
    return "missing";
  }
}

/** The esbuild that made a bundle is part of what it was made from; "missing" before the packages are installed. */
function recipeHash(root, options) {
  const esbuild = hashFile(join(root, "node_modules/esbuild/package.json"));
  return sha256(JSON.stringify([RECIPE_VERSION, esbuild, hashFile(join(root, "tsconfig.json")), options]));
}

const CHANGED_SHOWN = 3;

/** Why the bundle has to be made, or undefined when the one on disk is right. */
function reasonToBuild(root, out, recordPath, recipe) {
  if (!existsSync(out) || !existsSync(recordPath)) return "there was none";
  if (!existsSync(`${out}.map`)) return "its source map is gone";
  let record;
  try {
    record = JSON.parse(readFileSync(recordPath, "utf8"));
  } catch {
    return "its record is unreadable";
  }
  if (record.recipe !== recipe) return "options or esbuild changed";
  if (record.output !== hashFile(out)) return "the bundle itself was changed";
  const changed = Object.entries(record.inputs).flatMap(([path, hash]) =>
    hashFile(join(root, path)) === hash ? [] : [path],
  );
  if (changed.length === 0) return undefined;
  const more = changed.length > CHANGED_SHOWN ? ` and ${changed.length - CHANGED_SHOWN} more` : "";
  return `since the last build: ${changed.slice(0, CHANGED_SHOWN).join(", ")}${more} changed`;
}

function writeAtomically(path, contents) {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

export async function bundle({
  root,
  entry,
  out,
  define = {},
  replace = {},
  substitute,
  minify = false,
  browser,
  announce,
}) {
  const outPath = resolve(root, out);
  const recordPath = `${outPath}.inputs.json`;
  const options = { entry, define, replace, substitute, minify, browser };
  const recipe = recipeHash(root, options);
  const reason = reasonToBuild(root, outPath, recordPath, recipe);
  if (reason !== undefined) {
    announce?.(`bundle: ${relative(root, outPath)} from ${entry} (${reason})`);
    await build({ root, entry, outPath, recordPath, recipe, define, replace, substitute, minify, browser });
  }
  return { path: outPath, rebuilt: reason !== undefined, sha256: hashFile(outPath) };
}

/** A file's time of change lags behind the clock by a tick of the kernel. */
const CLOCK_TICK_MS = 10;

function changedSince(path, timeMs) {
  return (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) >= timeMs;
}

async function build({
  root,
  entry,
  outPath,
  recordPath,
  recipe,
  define,
  replace,
  substitute,
  minify,
  browser = false,
}) {
  const startedMs = Date.now() - CLOCK_TICK_MS;
  const esbuild = await import("esbuild");
  const isCommonJs = outPath.endsWith(".cjs");
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    outfile: outPath,
    ...(browser ? FOR_BROWSERS : { platform: "node", format: isCommonJs ? "cjs" : "esm", target: "node20.19" }),
    metafile: true,
    // Beside the bundle, which is the same with it and without: what reads a stack trace finds the TypeScript by it.
    sourcemap: "external",
    sourcesContent: false,
    // Names stay: they are in the stack traces that a guest prints.
    minifyWhitespace: minify || browser,
    minifySyntax: minify || browser,
    minifyIdentifiers: browser,
    define,
    plugins: [replacements(root, replace), ...(substitute === undefined ? [] : [substitution(root, substitute)])],
    // Hold programs that can't be bundled, for this machine or for WebAssembly; found in node_modules beside build/.
    external: ["esbuild", "quickjs-emscripten-core", "@jitl/*", "playwright-core"],
    banner: isCommonJs || browser ? {} : { js: REQUIRE_BANNER },
    logLevel: "silent",
  });
  const inputs = {};
  for (const path of Object.keys(result.metafile.inputs)) inputs[path] = hashFile(join(root, path));
  const output = result.outputFiles.find(({ path }) => path === outPath);
  const map = result.outputFiles.find(({ path }) => path === `${outPath}.map`);
  mkdirSync(dirname(outPath), { recursive: true });
  // Without its record a bundle counts as not built: so the old record goes first and the new one comes last.
  rmSync(recordPath, { force: true });
  writeAtomically(`${outPath}.map`, map.contents);
  writeAtomically(outPath, output.contents);
  // What was written while esbuild read may not be what it read: without a record the next one builds again.
  if (Object.keys(inputs).some((path) => changedSince(join(root, path), startedMs))) return;
  writeAtomically(recordPath, JSON.stringify({ recipe, output: sha256(output.contents), inputs }, null, 1));
}

/** Other modules in the place of some: how a variant is built. What takes a module's place may build on it. */
function replacements(root, replace) {
  const byPath = new Map(Object.entries(replace).map(([module, by]) => [join(root, module), join(root, by)]));
  return {
    name: "replacements",
    setup(build) {
      if (byPath.size === 0) return;
      build.onResolve({ filter: /^\.{1,2}\// }, ({ path, importer, resolveDir }) => {
        const by = byPath.get(join(resolveDir, path));
        return by === undefined || by === importer ? undefined : { path: by };
      });
    },
  };
}

/** One module with one of its texts changed: how a copy is built that breaks a rule. */
function substitution(root, { module, find, by }) {
  const changed = join(root, module);
  return {
    name: "substitution",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (path !== changed) return undefined;
        const parts = readFileSync(path, "utf8").split(find);
        const text = `${module} holds ${parts.length - 1} times what is to be changed: ${find}`;
        if (parts.length !== 2) return { errors: [{ text }] };
        return { contents: parts.join(by), loader: "ts" };
      });
    },
  };
}

/** Errors of the sources, as esbuild words them, without a stack of our own. */
export function formatBundleError(error) {
  if (!Array.isArray(error?.errors)) return String(error?.message ?? error);
  return error.errors
    .map(({ location, text }) => (location ? `${location.file}:${location.line}:${location.column}: ${text}` : text))
    .join("\n");
}

/** For programs: what is done and what is wrong goes to stderr. */
export async function bundleOrTell(options) {
  try {
    return await bundle({ ...options, announce: (line) => process.stderr.write(`udpsec: ${line}\n`) });
  } catch (error) {
    process.stderr.write(`udpsec: bundling ${options.entry} failed:\n${formatBundleError(error)}\n`);
    return undefined;
  }
}

async function main([entry, out]) {
  if (entry === undefined || out === undefined) {
    process.stderr.write("usage: node scripts/bundle.mjs ENTRY.ts OUT.mjs\n");
    return 2;
  }
  const root = resolve(import.meta.dirname, "..");
  return (await bundleOrTell({ root, entry, out })) === undefined ? 2 : 0;
}

// Also part of bundles, where this file isn't the program.
if (
  process.argv[1] !== undefined &&
  import.meta.url === pathToFileURL(process.argv[1]).href &&
  process.argv[1].endsWith("bundle.mjs")
) {
  process.exitCode = await main(process.argv.slice(2));
}
