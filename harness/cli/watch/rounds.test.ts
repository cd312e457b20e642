import { expect, it } from "vitest";
import { Rounds, type WatchStage, type StageRun } from "./rounds.ts";

interface Played {
  readonly rounds: Rounds;
  readonly said: string[];
  /** The stages that began, and those that were ended. */
  readonly log: string[];
  /** Ends the stage that runs. */
  readonly finish: (status: number) => Promise<void>;
  readonly over: Promise<void>;
}

function played(plan: () => readonly string[] = () => ["dev", "sim", "machines"]): Played {
  const said: string[] = [];
  const log: string[] = [];
  let running: ((status: number) => void) | undefined;
  const start = ({ name }: WatchStage): StageRun => {
    log.push(name);
    const ended = new Promise<number>((resolve) => (running = resolve));
    const end = async (): Promise<void> => {
      log.push(`end ${name}`);
      running?.(130);
      await settle();
    };
    return { ended, end };
  };
  const rounds = new Rounds({
    plan: () => plan().map((name) => ({ name, typed: `udpsec ${name}`, command: [] })),
    ...{
      start,
      say: (line) => void said.push(line),
      tellError: (error) => void said.push(String(error)),
      keys: " (q)",
    },
  });
  const finish = async (status: number): Promise<void> => {
    running?.(status);
    await settle();
  };
  return { rounds, said, log, finish, over: rounds.run() };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

it("runs the stages one after the other, and waits", async () => {
  const { rounds, said, log, finish, over } = played();
  await finish(0);
  await finish(0);
  expect(log).toEqual(["dev", "sim", "machines"]);
  await finish(0);
  expect(said.slice(-2)).toEqual(["passed: dev, sim, machines", "waiting for a change (q)"]);
  rounds.take({ why: "quit" });
  await over;
});

it("a stage that fails keeps the later ones waiting, until something changes", async () => {
  const { rounds, said, log, finish, over } = played();
  await finish(0);
  await finish(1);
  expect(said.slice(-2)).toEqual(["sim failed (exit status 1); not run: machines", "waiting for a change (q)"]);
  rounds.take({ why: "changed", paths: ["a.ts", "b.ts", "c.ts", "d.ts", "e.ts"] });
  await settle();
  expect(said.at(-2)).toBe("round 2: changed a.ts, b.ts, c.ts and 2 more");
  expect(log).toEqual(["dev", "sim", "dev"]);
  rounds.take({ why: "quit" });
  await over;
  expect(log.at(-1)).toBe("end dev");
});

it("a change ends what runs before the next round begins, and changes meanwhile make one round", async () => {
  const { rounds, said, log, finish, over } = played();
  await finish(0);
  rounds.take({ why: "changed", paths: ["a.ts"] });
  rounds.take({ why: "again" });
  rounds.take({ why: "changed", paths: ["a.ts", "b.ts"] });
  await settle();
  await settle();
  expect(log).toEqual(["dev", "sim", "end sim", "dev"]);
  expect(said.filter((line) => line.startsWith("round"))).toEqual(["round 1", "round 2: changed a.ts, b.ts"]);
  rounds.take({ why: "quit" });
  rounds.take({ why: "changed", paths: ["a.ts"] });
  await over;
  expect(log).toEqual(["dev", "sim", "end sim", "dev", "end dev"]);
});

it("a profile that can't be read is told, and the next round tries again", async () => {
  let isBroken = true;
  const { rounds, said, log, over } = played(() => {
    if (isBroken) throw new RangeError("line 3");
    return ["dev"];
  });
  await settle();
  expect([said, log]).toEqual([["round 1", "RangeError: line 3", "waiting for a change (q)"], []]);
  isBroken = false;
  rounds.take({ why: "again" });
  await settle();
  expect([said.at(-1), log]).toEqual(["dev: udpsec dev", ["dev"]]);
  rounds.take({ why: "quit" });
  await over;
});
