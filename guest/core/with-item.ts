/**
 * Appends to a list that begins as undefined. Nearly always it holds one item at last: an array made with that is as long as it, one that
 * begins empty grows to 17 places, and there are several of them for each packet.
 */
export function withItem<T>(list: T[] | undefined, item: T): T[] {
  if (list === undefined) return [item];
  list.push(item);
  return list;
}
