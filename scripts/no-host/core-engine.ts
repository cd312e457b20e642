/** The core in an engine without a host. */
import { build } from "esbuild";
import { resolve } from "node:path";
import { Engine, type EngineLimits } from "./engine.ts";

const ENTRIES = { textCodec: "scripts/no-host/inside/text-codec.ts", core: "scripts/no-host/inside/main.ts" };

/** Bundles for no platform: an import of a host's module fails. @param root the project's */
export async function bundleForNoHost(root: string, entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [resolve(root, entry)],
    bundle: true,
    write: false,
    platform: "neutral",
    mainFields: ["module", "main"],
    format: "iife",
    target: "es2023",
    legalComments: "none",
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** @returns an engine that can be asked; nothing was put into it but the text codec that the core declares */
export async function coreEngine(root: string, limits: EngineLimits): Promise<Engine> {
  const engine = await Engine.create(limits);
  for (const entry of [ENTRIES.textCodec, ENTRIES.core]) engine.evaluate(await bundleForNoHost(root, entry));
  return engine;
}
