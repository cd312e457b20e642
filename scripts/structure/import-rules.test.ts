/** Each import rule is seen failing: a made-up tree breaks every one of them once, and each must speak. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, posix, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

interface Rule {
  readonly name: string;
}
const { forbidden } = createRequire(import.meta.url)(join(root, ".dependency-cruiser.cjs")) as {
  readonly forbidden: readonly Rule[];
};

/** Rule: the file that breaks it, and what that imports. */
const BREAKS: Readonly<Record<string, readonly [from: string, to: string]>> = {
  "no-unresolvable": ["contract/lost.ts", "contract/nowhere.ts"],
  "harness-has-rooms": ["harness/homeless.ts", "contract/target.ts"],
  "one-way-to-boot": ["harness/cli/booting.ts", "harness/qemu/machine.ts"],
  images: ["images/made.ts", "harness/cli/target.ts"],
  "noble-only-in-crypto": ["guest/bus/made.ts", "@noble/hashes/sha2.js"],
  "core-stays-alone": ["guest/core/made.ts", "guest/runtime/target.ts"],
  "core-bytes": ["guest/core/bytes/made.ts", "guest/core/mux/target.ts"],
  "core-crypto": ["guest/core/crypto/made.ts", "guest/core/mux/target.ts"],
  "core-identity": ["guest/core/identity/made.ts", "guest/core/mux/target.ts"],
  "core-noise": ["guest/core/noise/made.ts", "guest/core/mux/target.ts"],
  "core-udp-sec": ["guest/core/udp-sec/made.ts", "guest/core/mux/target.ts"],
  "core-tcp-sec": ["guest/core/tcp-sec/made.ts", "guest/core/mux/target.ts"],
  "core-mux": ["guest/core/mux/made.ts", "guest/core/noise/target.ts"],
  "core-discovery": ["guest/core/discovery/made.ts", "guest/core/mux/target.ts"],
  "core-selection": ["guest/core/selection/made.ts", "guest/core/bytes/target.ts"],
  "core-qlog": ["guest/core/qlog/made.ts", "guest/core/mux/target.ts"],
  "core-by-its-door": ["guest/services/made.ts", "guest/core/mux/target.ts"],
  contract: ["contract/made.ts", "guest/runtime/target.ts"],
  runtime: ["guest/runtime/made.ts", "contract/target.ts"],
  bus: ["guest/bus/daemonic.ts", "guest/dsoftbusd/target.ts"],
  services: ["guest/services/daemonic.ts", "guest/dsoftbusd/target.ts"],
  dsoftbusd: ["guest/dsoftbusd/made.ts", "guest/selftest/target.ts"],
  selftest: ["guest/selftest/made.ts", "guest/dsoftbusd/target.ts"],
  sim: ["guest/sim/made.ts", "guest/node/target.ts"],
  impairment: ["contract/impairment/made.ts", "contract/target.ts"],
  "node-is-below-the-products": ["guest/node/made.ts", "guest/agent/target.ts"],
  "programs-serve-development": ["guest/agent/made.ts", "guest/programs/target.ts"],
  "harness-never-core": ["harness/evidence/guesting.ts", "guest/bus/target.ts"],
  "guest-never-harness": ["guest/agent/hosting.ts", "harness/host/target.ts"],
  "observer-shares-nothing": ["harness/observer/sharing.ts", "contract/target.ts"],
  "peer-shares-nothing": ["harness/peer/sharing.ts", "contract/target.ts"],
  "page-is-a-browsers": ["harness/report/page/hosting.ts", "harness/host/target.ts"],
  "evidence-shares-nothing": ["harness/evidence/sharing.ts", "guest/core/index.ts"],
  ...Object.fromEntries(
    forbidden
      .map(({ name }) => name)
      .filter((name) => /^harness-(?!has-rooms|never-core)/.test(name))
      .map((name) => {
        const room = name.replace("harness-", "");
        return [name, [`harness/${room}/made.ts`, room === "e2e" ? "harness/roof/target.ts" : "harness/e2e/target.ts"]];
      }),
  ),
  ...Object.fromEntries(
    forbidden
      .map(({ name }) => name)
      .filter((name) => /^(?:observer|peer|evidence|worlds|run|report|lab|conform)-(?!shares-nothing)/.test(name))
      .map((name): [string, [string, string]] => {
        const [room = "", folder = ""] = name.split("-");
        return [name, [`harness/${room}/${folder}/made.ts`, `harness/${room}/roof.ts`]];
      }),
  ),
  ...Object.fromEntries(
    forbidden
      .map(({ name }) => /^core-udp-sec-(.*)$/.exec(name)?.[1])
      .filter((folder) => folder !== undefined)
      .map((folder) => [
        `core-udp-sec-${folder}`,
        [`guest/core/udp-sec/${folder}/made.ts`, "guest/core/udp-sec/endpoint/target.ts"],
      ]),
  ),
};

let tree: string;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), "udpsec-rules-"));
  for (const name of [".dependency-cruiser.cjs", "tsconfig.json", "tsconfig.base.json"]) {
    copyFileSync(join(root, name), join(tree, name));
  }
  symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  for (const [from, to] of Object.values(BREAKS)) {
    if (!to.includes("nowhere") && !to.startsWith("@")) write(to, "export const target = 1;\n");
    const specifier = to.startsWith("@") ? to : posix.relative(posix.dirname(from), to);
    write(from, `import "${/^[@.]/.test(specifier) ? specifier : `./${specifier}`}";\n`);
  }
  write("contract/circle-a.ts", 'import type { B } from "./circle-b.ts";\nexport type A = B | 1;\n');
  write("contract/circle-b.ts", 'import type { A } from "./circle-a.ts";\nexport type B = A | 2;\n');
});

afterAll(() => {
  rmSync(tree, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

interface Violation {
  readonly from: string;
  readonly rule: Rule;
}

function violations(): readonly Violation[] {
  const depcruise = join(root, "node_modules/.bin/depcruise");
  const folders = ["contract", "guest", "harness", "images"];
  const args = ["--config", ".dependency-cruiser.cjs", "--output-type", "json", ...folders];
  try {
    return violationsIn(
      execFileSync(depcruise, args, { cwd: tree, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch (error) {
    // It exits with the number of violations.
    return violationsIn((error as { readonly stdout: string }).stdout);
  }
}

function violationsIn(json: string): readonly Violation[] {
  return (JSON.parse(json) as { readonly summary: { readonly violations: readonly Violation[] } }).summary.violations;
}

test("every import rule speaks about the file that breaks it", () => {
  const found = violations();
  const silent = forbidden
    .map(({ name }) => name)
    .filter((name) => {
      const from = BREAKS[name]?.[0];
      return !found.some(({ rule, from: breaker }) => rule.name === name && (from === undefined || breaker === from));
    });
  expect(silent).toEqual([]);
  expect(forbidden.length).toBeGreaterThan(40);
});

test("every rule but that of circles has a line that breaks it", () => {
  const names = forbidden.map(({ name }) => name).filter((name) => name !== "no-circular");
  expect(Object.keys(BREAKS).sort()).toEqual(names.sort());
});
