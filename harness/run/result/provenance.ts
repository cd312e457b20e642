/**
 * What a run was made of, each by a short hash or a version. Two runs of a profile that agree in all of it differ by chance alone; of two that
 * don't, one may be the better for a change. What a run did not have is left out: a run without machines has no QEMU.
 */
export interface Provenance {
  /** Version and program of the harness. */
  readonly harness: string;
  /** The profile as it was run, with its markers. */
  readonly profile: string;
  /** The bundle that our guests run. */
  readonly agent?: string;
  /** The harness's own peer. */
  readonly peer?: string;
  readonly kernel?: string;
  /** What machines boot besides it. */
  readonly image?: string;
  /** With its accelerator. */
  readonly qemu?: string;
}
