/** Ends of links and dials, as a profile names them: a node (`a`), one of its NICs (`a.1`), or whoever there is (`*`). */

/** @param nic `a.1` */
export function isAtEnd(nic: string, end: string): boolean {
  return end === "*" || end === nic || end === nic.slice(0, nic.lastIndexOf("."));
}
