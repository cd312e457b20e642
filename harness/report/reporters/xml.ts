const XML_ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** What XML 1.0 can't hold, escaped or not (2.2 Characters). */
const NOT_XML =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** @returns what may stand between the quotes of an attribute */
export function xmlAttribute(text: string): string {
  return text
    .replace(NOT_XML, "\ufffd")
    .replace(/[&<>"]/g, (character) => XML_ESCAPES[character] ?? character)
    .replace(/\n/g, "&#10;");
}
