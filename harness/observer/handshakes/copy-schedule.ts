/** How often a message may leave again (dsoftbus-transport.md#35-repeats-deadlines-refusals): 250, 250, 500, 500, then every 1,000 ms. */

const FIRST_GAPS_US = [250_000, 250_000, 500_000, 500_000];
const LATER_GAP_US = 1_000_000;
/** A tap that stood still for longer than its clock may be off sees one late, and the next on time. */
const SLACK_COPIES = 1;
const KEPT_COPIES = 32;

export class CopySchedule {
  readonly #timesUs: number[] = [];
  readonly #clockSlackUs: number;

  constructor(clockSlackUs: number) {
    this.#clockSlackUs = clockSlackUs;
  }

  /** @param excused copies that something else asked for, such as RETRY @returns the window in which there were too many, in ms */
  take(atUs: number, excused: number): number | undefined {
    this.#timesUs.push(atUs);
    if (this.#timesUs.length > KEPT_COPIES) this.#timesUs.shift();
    for (const [index, fromUs] of this.#timesUs.entries()) {
      const copies = this.#timesUs.length - index;
      if (copies > mostWithin(atUs - fromUs + this.#clockSlackUs) + SLACK_COPIES + excused)
        return Math.round((atUs - fromUs) / 1_000);
    }
    return undefined;
  }
}

/** The schedule is densest at its beginning. */
function mostWithin(windowUs: number): number {
  let copies = 1;
  let restUs = windowUs;
  for (const gap of FIRST_GAPS_US) {
    if (restUs < gap) return copies;
    restUs -= gap;
    copies += 1;
  }
  return copies + Math.floor(restUs / LATER_GAP_US);
}
