/** Rules that no test, vector, case or judge holds anybody to, and why: nothing on the wire shows them, or nobody can be made to show them. */
export const UNSEEN: Readonly<Record<string, string>> = {
  "H-29":
    "how long a comparison takes is seen by nobody who has a network in between; the code compares with one function",
  "H-58": "the kernel sets DF where it can; a path that would need fragments is the profile `cross-vm-small-mtu`",
  "B-12": "binds readers: whoever depends on the words of a reason does so unseen",
  "T-20": "which budgets an implementation shares shows in its memory alone",
  "X-4": "the harness knows the static keys of its own devices, and writes that line itself",
  "X-6": "that a line is never written is shown by no run; the stack has no code that writes it",
  "X-7": "binds readers of key logs, whose lines are the harness's own",
  "V-22": "binds readers of a status",
  "V-26": "binds nobody: any bytes are right",
  "V-27": "binds who asks for `mirror`; a service that can't open its echoes resets the stream",
  "K-2": "a promise about versions to come",
  "K-3": "a promise about versions to come",
  "K-7": "binds readers of events of versions to come",
  "K-8": "a promise about versions to come",
  "K-11": "binds readers of records of versions to come",
  "D-3": "that an announcement is not answered is seen by nobody: there is no code that could",
  "D-10": "what a table of devices keeps apart shows in its daemon alone",
  "D-14":
    "when announcements begin follows from the order in which a daemon starts, which tests of the daemon see as a whole",
  "D-16": "an address of the configuration is used: what is announced beside it changes nothing that could be seen",
};
