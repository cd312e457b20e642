import { expect, it } from "vitest";
import { processPlan } from "./process-plan.ts";

const process = (kind: string, namespace: string, identitySeed: string) => ({ kind, namespace, identitySeed });
const whole = (lingerMs: number, ...processes: object[]): string =>
  JSON.stringify({ version: 1, run: "r", node: "a", keyLog: true, lingerMs, processes });

it("gives each process a file with itself alone, and init a line about it", () => {
  const { lines, files } = processPlan(
    whole(
      0,
      process("dsoftbusd", "root", "00"),
      process("selftest", "second", "11"),
      process("selftest", "root", "22"),
    ),
  );
  expect(lines).toBe(
    "process 0 root dsoftbusd dsoftbusd\nprocess 1 second selftest selftest\nprocess 2 root selftest selftest-2\nlinger 0\n",
  );
  const told = Object.entries(files).map(([name, text]) => [name, JSON.parse(text) as unknown]);
  expect(told).toMatchObject([
    ["opt/udpsec/process-0", { node: "a", keyLog: true, processes: [{ kind: "dsoftbusd" }] }],
    ["opt/udpsec/process-1", { processes: [{ identitySeed: "11" }] }],
    ["opt/udpsec/process-2", { processes: [{ identitySeed: "22" }] }],
  ]);
  for (const [name, text] of Object.entries(files)) {
    const foreign = ["00", "11", "22"].filter((_, index) => name !== `opt/udpsec/process-${index}`);
    for (const seed of foreign) expect(text).not.toContain(`"identitySeed":"${seed}"`);
  }
});

it("lets a daemon without self-tests beside it end by itself, and others go on until init says so", () => {
  const lingerOf = (text: string): unknown =>
    (JSON.parse(processPlan(text).files["opt/udpsec/process-0"] ?? "") as { lingerMs: unknown }).lingerMs;
  const daemon = process("dsoftbusd", "root", "00");
  expect(lingerOf(whole(5_000, daemon))).toBe(5_000);
  expect(lingerOf(whole(5_000, daemon, process("selftest", "root", "11")))).toBe(86_400_000);
});
