import { join } from "node:path";
import type { Plugin } from "esbuild";
import { VARIANTS } from "./variants.ts";

/** A variant that nobody knows. */
export class UnknownVariantError extends Error {
  readonly code = "UNKNOWN_VARIANT";

  constructor(name: string) {
    super(`no variant "${name}"; known are ${VARIANTS.map((variant) => variant.name).join(", ")}`);
    this.name = "UnknownVariantError";
  }
}

/**
 * Builds the agent as one of `VARIANTS`: `plugins: [variantPlugin(name, repositoryFolder)]`.
 * @throws UnknownVariantError
 */
export function variantPlugin(name: string, repositoryFolder: string): Plugin {
  const variant = VARIANTS.find((candidate) => candidate.name === name);
  if (variant === undefined) throw new UnknownVariantError(name);
  const replacementOf = new Map(
    variant.replacements.map(({ module, by }) => [join(repositoryFolder, module), join(repositoryFolder, by)]),
  );
  return {
    name: `variant-${name}`,
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\// }, ({ path, importer, resolveDir }) => {
        const replacement = replacementOf.get(join(resolveDir, path));
        // What takes a module's place may build on it.
        if (replacement === undefined || importer === replacement) return undefined;
        return { path: replacement };
      });
    },
  };
}
