/** What folders of runs are called: `<profile>--<time>--<seed>`. By time they sort. */

const RUN_FOLDER = /^(?<profile>[a-z][A-Za-z0-9.-]*)--(?<time>\d{8}T\d{9}Z)--[A-Za-z0-9._-]+$/;

export interface RunFolderName {
  /** As the folder has it: `x[loss=0.05]` is `x.loss-0.05`. */
  readonly profile: string;
  /** Sorts as text. */
  readonly time: string;
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
  const { profile, time } = RUN_FOLDER.exec(name)?.groups ?? {};
  return profile === undefined || time === undefined ? undefined : { profile, time };
}
