import { z } from "zod";

/** More runs than this of one profile are a mistake, or a program's work. */
export const MAX_VARIANTS = 64;

/** Stands in names of runs and folders. */
const VALUE = /^[A-Za-z0-9._-]{1,32}$/;

const value = z.union([
  z.number(),
  z.boolean(),
  z.string().regex(VALUE, "expected letters, digits, dot, dash, underscore"),
]);

/** What a value is called. */
export const MATRIX_NAME = /^[a-z][A-Za-z0-9]{0,15}$/;

/** `[matrix]`: the profile once for each value, or for each combination of values; `"${name}"` stands for it anywhere else. */
export const matrixSchema = z
  .record(z.string(), z.array(value).min(1).max(MAX_VARIANTS))
  .describe(
    'by name the values that "${name}" stands for: a variant name[loss=0.05] of the profile for each combination',
  );

export type WrittenMatrix = z.output<typeof matrixSchema>;
export type MatrixValue = WrittenMatrix[string][number];
