/**
 * Rules that tests hold our stack to, and neither a case nor the judge any implementation: why neither can. What not even a test of ours shows is in
 * `unseen.ts`.
 */
export interface UnjudgedGroup {
  readonly why: string;
  readonly ids: readonly string[];
}

export const UNJUDGED: readonly UnjudgedGroup[] = [
  {
    why: "shows only once a table or a budget is full, and how large it is each implementation chooses; tests fill ours",
    ids: [
      ...["H-32", "H-33", "H-34", "H-47", "H-48", "H-50", "H-55", "F-16", "B-1", "B-8", "B-10", "T-17", "M-24"],
      ...["RX-16", "RX-18", "RX-34", "RX-45", "RX-48", "RX-125"],
    ],
  },
  {
    why: "is memory: how much is held, and for how long, shows on no wire",
    ids: ["R-26", "R-27", "R-28", "F-15", "L-12", "B-4", "B-5", "B-9", "T-18"],
  },
  {
    why: "whoever does it otherwise is right too: a SHOULD, or our choice, among ways that an onlooker can't tell from a loss or from a slow processor",
    ids: [
      ...["R-6", "R-7", "R-8", "R-10", "R-12", "R-14", "R-25", "F-5", "C-4", "C-8", "C-9", "C-10"],
      ...["L-17", "M-18", "M-27", "M-44"],
    ],
  },
  {
    why: "is how a sender reckons; what follows from it on the wire is held: `C-1` and `C-3` for what is in flight, `R-20` for probes, `L-10` for the path",
    ids: ["R-15", "R-16", "R-17", "R-18", "R-19", "R-21", "R-24", "R-30", "C-5", "C-6", "C-7", "B-3", "L-16"],
  },
  {
    why: "is told to the user of a connection or of a stream, inside",
    ids: ["L-11", "M-15", "M-47"],
  },
  {
    why: "which of the frames that wait goes first shows only to who knows what waits",
    ids: ["M-21"],
  },
  {
    why: "when a mux asks and when it gives up is its choice, and whom it has given up hears nothing any more",
    ids: ["M-29"],
  },
  {
    why: "takes a peer that dials and is dialled at once, and which of the two connections is used is the daemon's own matter",
    ids: ["H-54"],
  },
  {
    why: "depends on an interface of the target's host; profiles with a small MTU show what ours does",
    ids: ["H-59"],
  },
  {
    why: "shows only to who empties the bucket over one transport faster than it fills, and asks over the other before it has",
    ids: ["H-31"],
  },
  {
    why: "whether a socket only dials is known to its owner alone",
    ids: ["RX-10"],
  },
  {
    why: "only an implementation itself could hand its mux such bytes",
    ids: ["RX-140"],
  },
  {
    why: "is what a daemon makes of its kernel's generator; profiles with and without a source show what ours does",
    ids: ["S-7", "S-8", "S-9", "S-10"],
  },
  {
    why: "binds what stands beside the wire: key logs, markers, events, configurations, and content that evidence looks for. The suite asks for none of it",
    ids: ["X-1", "X-2", "X-3", "X-5", "V-28", "K-1", "K-4", "K-5", "K-6", "K-9", "K-10", "K-12", "K-13"],
  },
  {
    why: "is discovery, which stands beside the transport: the suite and the judge play and follow no announcements; tests of the daemon do",
    ids: ["D-1", "D-2", "D-4", "D-5", "D-6", "D-7", "D-8", "D-9", "D-11", "D-12", "D-13", "D-15", "D-17", "D-18"],
  },
];
