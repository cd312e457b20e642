/**
 * The programs that the harness starts as processes of their own, each one file: in a clone made of their sources when they are needed, in a
 * package when it was made. Guests among them, which the harness never imports.
 */
export interface HarnessBundle {
  /** TypeScript, relative to the project. */
  readonly entry: string;
  /** In `build/`, CommonJS if it ends in `.cjs`. */
  readonly out: string;
  readonly minify?: boolean;
  /** A page's program: it runs in a browser, and in nothing else. */
  readonly browser?: boolean;
}

export const BUNDLES = {
  // CommonJS without white space: an emulated processor starts it half a second earlier (docs/decisions/002).
  agent: { entry: "guest/agent/main.ts", out: "build/agent.cjs", minify: true },
  agentOnHost: { entry: "guest/agent/main.ts", out: "build/run/guest-agent-main.mjs" },
  peer: { entry: "harness/peer/main.ts", out: "build/run/harness-peer-main.mjs" },
  suite: { entry: "harness/conform/machine/main.ts", out: "build/run/harness-conform-machine-main.mjs" },
  sim: { entry: "guest/programs/sim/main.ts", out: "build/run/guest-node-sim-main.mjs" },
  simTrial: { entry: "guest/programs/sim/trial-main.ts", out: "build/run/guest-node-sim-trial-main.mjs" },
  simProfile: { entry: "guest/programs/sim/profile-main.ts", out: "build/run/guest-node-sim-profile-main.mjs" },
  reportPage: { entry: "harness/report/page/main.ts", out: "build/report-page.js", browser: true },
} as const satisfies Readonly<Record<string, HarnessBundle>>;
