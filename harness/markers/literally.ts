/** @returns the source of a regular expression that fits this text and no other */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
