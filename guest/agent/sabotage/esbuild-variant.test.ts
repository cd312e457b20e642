import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { UnknownVariantError, variantPlugin } from "./esbuild-variant.ts";
import { VARIANTS } from "./variants.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

async function inputsOf(variant: string | undefined): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [`${ROOT}/guest/agent/main.ts`],
    absWorkingDir: ROOT,
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
    plugins: variant === undefined ? [] : [variantPlugin(variant, ROOT)],
  });
  return Object.keys(metafile.inputs);
}

test("nothing of the sabotage is in the normal bundle", async () => {
  const inputs = await inputsOf(undefined);
  expect(inputs).toContain("guest/selftest/probes/bulk.ts");
  expect(inputs.filter((input) => input.includes("sabotage"))).toEqual([]);
});

test.each(VARIANTS)("variant $name brings in what it names, and nothing else of the sabotage", async (variant) => {
  const inputs = await inputsOf(variant.name);
  const sabotage = inputs.filter((input) => input.includes("sabotage"));
  expect(sabotage.sort()).toEqual(variant.replacements.map(({ by }) => by).sort());
});

test("an unknown variant is refused", () => {
  expect(() => variantPlugin("nonsense", ROOT)).toThrow(UnknownVariantError);
});
