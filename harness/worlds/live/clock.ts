/** The run's clock: ms since QEMU's start. */
export interface RunClock {
  nowMs(): number;
}

export function startClock(): RunClock {
  const startedMs = performance.now();
  return { nowMs: () => performance.now() - startedMs };
}
