import { z } from "zod";
import { checkToml, parseToml, tomlError, type TomlFile, type TomlIssue } from "../toml/toml-file.ts";
import { substitute } from "./substitute.ts";
import { choicesOf, variantName } from "./variants.ts";
import { MATRIX_NAME, MAX_VARIANTS, matrixSchema, type WrittenMatrix } from "./written-matrix.ts";

/** One profile of a file, as its schema shall read it. */
export interface Variant {
  readonly value: unknown;
  /** @param base what the file calls itself */
  readonly name: (base: string) => string;
  /** Stands behind errors of this variant. */
  readonly remark: string;
}

/** @returns the document of a file for each choice of its `[matrix]`; as it is, if it has none @throws HarnessError with the file's code */
export function readVariants(file: TomlFile): Variant[] {
  const { matrix: written, ...rest } = parseToml(file);
  if (written === undefined) return [{ value: rest, name: (base) => base, remark: "" }];
  const { matrix } = checkToml(file, { matrix: written }, z.strictObject({ matrix: matrixSchema }), "the matrix");
  const problems = matrixProblems(matrix);
  if (problems.length > 0) throw tomlError(file, problems);
  const variants = choicesOf(matrix).map((choice) => ({ choice, ...substitute(rest, choice) }));
  const [first] = variants;
  const unused = Object.keys(matrix).filter((key) => first?.used.has(key) !== true);
  const issues = [
    ...(first?.issues ?? []),
    ...unused.map((key) => ({ path: ["matrix", key], message: `nothing says "\${${key}}"` })),
  ];
  if (issues.length > 0) throw tomlError(file, issues);
  return variants.map(({ choice, value }) => {
    const name = (base: string): string => variantName(base, choice);
    return { value, name, remark: ` (in ${name("the variant ")})` };
  });
}

function matrixProblems(matrix: WrittenMatrix): TomlIssue[] {
  // Counted before they are made: five lists of 64 are a thousand million.
  const variants = Object.values(matrix).reduce((product, values) => product * values.length, 1);
  const twice = Object.entries(matrix).flatMap(([key, values]) =>
    values.flatMap((value, at) =>
      values.findIndex((other) => String(other) === String(value)) === at
        ? []
        : [{ path: ["matrix", key, at], message: `${key}: ${String(value)} is there twice` }],
    ),
  );
  const misnamed = Object.keys(matrix)
    .filter((key) => !MATRIX_NAME.test(key))
    .map((key) => ({ path: ["matrix", key], message: `${key}: expected a short name such as loss` }));
  const problems = [...misnamed, ...twice];
  if (variants <= MAX_VARIANTS) return problems;
  return [...problems, { path: ["matrix"], message: `${variants} variants, at most ${MAX_VARIANTS} are run` }];
}
