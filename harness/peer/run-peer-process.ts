/** @param run of a process of the harness beside a machine Its status ends the process: what still waits for the machine must not keep it */
export function runPeerProcess(run: () => Promise<number>): void {
  run().then(
    (status) => process.exit(status),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(2);
    },
  );
}
