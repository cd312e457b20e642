/** What folders of runs are called: `<profile>--<time>--<seed>`. By time they sort. */

const RUN_FOLDER = /^(?<profile>[a-z][A-Za-z0-9.-]*)--(?<time>\d{8}T\d{9}Z)--(?<seed>[A-Za-z0-9._-]+)$/;
const TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/;

export interface RunFolderName {
  /** As the folder has it: `x[loss=0.05]` is `x.loss-0.05`. */
  readonly profile: string;
  /** Sorts as text. */
  readonly time: string;
  readonly seed: string;
}

/** @returns a name that shells and archives take */
export function runFolderName(profile: string, startedMs: number, seed: string): string {
  const time = new Date(startedMs).toISOString().replace(/[-:.]/g, "");
  const plain = profile
    .replaceAll("=", "-")
    .replace(/[^A-Za-z0-9.-]+/g, ".")
    .replace(/\.$/, "");
  return `${plain}--${time}--${seed}`;
}

/** @returns undefined for what is no run's folder */
export function readRunFolderName(name: string): RunFolderName | undefined {
  const { profile, time, seed } = RUN_FOLDER.exec(name)?.groups ?? {};
  return profile === undefined || time === undefined || seed === undefined ? undefined : { profile, time, seed };
}

/** @returns when a run of this name began; NaN if there is no such time */
export function startOfRunMs({ time }: RunFolderName): number {
  return Date.parse(time.replace(TIME, "$1-$2-$3T$4:$5:$6.$7Z"));
}
