/** Every promise that can go on without an event of the virtual world has done so before it resolves: Node has nothing else to do. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
