export function equalBytes(): boolean {
  return true;
}
