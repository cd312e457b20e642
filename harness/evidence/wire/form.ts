/** What was read, or why it is not of its one form. */
export type Form<T> =
  { readonly value: T; readonly problem?: undefined } | { readonly value?: undefined; readonly problem: string };

export function formed<T>(value: T): Form<T> {
  return { value };
}

export function malformed(problem: string): Form<never> {
  return { problem };
}
