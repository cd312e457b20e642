import type { MatrixValue, WrittenMatrix } from "./written-matrix.ts";

/** One choice of each value. */
export type Choice = ReadonlyMap<string, MatrixValue>;

/** @returns every combination, the last key's values following each other; one without a choice if there is no key */
export function choicesOf(matrix: WrittenMatrix): Choice[] {
  let choices: Choice[] = [new Map()];
  for (const [key, values] of Object.entries(matrix)) {
    choices = choices.flatMap((choice) => values.map((value) => new Map([...choice, [key, value]])));
  }
  return choices;
}

/** @returns `cross-vm[loss=0.05,mtu=1400]` */
export function variantName(profile: string, choice: Choice): string {
  if (choice.size === 0) return profile;
  return `${profile}[${[...choice].map(([key, value]) => `${key}=${value}`).join(",")}]`;
}

/** @returns a name, or the path of a file, apart from the variant behind it: `x[loss=0]` is `x` and `loss=0` */
export function splitVariant(written: string): { readonly base: string; readonly variant: string | undefined } {
  const [, base, variant] = /^([^[]*)\[([^[\]]*)\]$/.exec(written) ?? [];
  return base === undefined ? { base: written, variant: undefined } : { base, variant };
}

/** @returns names that are joined by commas, as they were; within brackets and braces a comma joins nothing */
export function splitNames(joined: string): string[] {
  return joined.split(/,(?![^[]*\])(?![^{]*\})/);
}
