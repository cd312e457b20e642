/**
 * Runs a process of the harness beside a machine. What still waits for the machine must not keep it.
 *
 * @param run its status ends the process
 */
export function runPeerProcess(run: () => Promise<number>): void {
  run().then(
    (status) => process.exit(status),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(2);
    },
  );
}
