/**
 * The code of this one failure: the verdict's, and behind a slash the evidence rule that spoke, as in
 * `contradicted/bulk-content`. `udpsec explain` knows both forms.
 */
export function failureCode({ code, rule }: { readonly code: string; readonly rule?: string | undefined }): string {
  return rule === undefined ? code : `${code}/${rule}`;
}
