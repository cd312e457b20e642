/** Words for a rung and its times, as consoles and summaries share them. */
import { FIRST_BOOT, type RungState } from "../markers/ladder-spec.ts";

/** @returns e.g. `ok     2.314 s  (+0.021 s)  a: dsoftbus: udp-sec os session ok` */
export function formatRung(rung: RungState): string {
  const marker = `${filledText(rung)}${whereOf(rung)}`;
  if (rung.reachedMs === undefined) return `--                            ${rung.node}: ${marker}`;
  const at = (rung.reachedMs / 1000).toFixed(3).padStart(8);
  const took = ((rung.tookMs ?? 0) / 1000).toFixed(3).padStart(7);
  const times = rung.count > 1 ? ` (${rung.seen} of ${rung.count})` : "";
  return `ok ${at} s  (+${took} s)  ${rung.node}: ${marker}${times}`;
}

/** What is not said of the first boot, and of the main console. */
function whereOf({ boot = FIRST_BOOT, console }: RungState): string {
  const words = [
    ...(boot === FIRST_BOOT ? [] : [`boot ${boot}`]),
    ...(console === undefined ? [] : [`console ${console}`]),
  ];
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}

function filledText({ text, fields }: RungState): string {
  return text.replace(/<([a-z]+):[a-z]+>/g, (whole, name: string) => fields[name] ?? whole);
}
