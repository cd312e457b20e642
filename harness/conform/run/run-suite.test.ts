import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PeerError } from "../../peer/transport/changes.ts";
import { CASES } from "../cases/index.ts";
import { targetGround } from "../grounds/target-ground.ts";
import { type PeerTarget, startPeerTarget } from "../peer-target.fixture.ts";
import { Inconclusive, type ListeningCase } from "../stage/conform-case.ts";
import { conformJson, conformJunit } from "../report/files.ts";
import { resultText, summaryText } from "../report/result-text.ts";
import { colorsFor } from "../../report/colors.ts";
import { runSuite, type SuiteResult } from "./run-suite.ts";

const PLAIN = colorsFor(false, {});
const PATIENCE_MS = 3_000;

const made = (
  id: ListeningCase["id"],
  run: ListeningCase["run"],
  more: Partial<ListeningCase> = {},
): ListeningCase => ({
  ...{ id, requirements: ["H-1"], sends: "something", must: "do something", over: "udp", target: "listens", run },
  ...more,
});
const named = (...ids: readonly string[]): ListeningCase[] =>
  CASES.filter((one) => one.target === "listens").filter(({ id }) => ids.includes(id));
const verdicts = ({ results }: SuiteResult): Record<string, string> =>
  Object.fromEntries(results.map(({ conformCase, verdict }) => [conformCase.id, verdict]));

let target: PeerTarget;
beforeAll(async () => void (target = await startPeerTarget()));
afterAll(() => target.end());

const run = (cases: readonly ListeningCase[], signal = new AbortController().signal): Promise<SuiteResult> =>
  runSuite(cases, target.ground, { patienceMs: PATIENCE_MS, signal });

describe("a suite", () => {
  test("passes what the target does, and fails what it doesn't: expected, came, and packets as bytes", async () => {
    // The peer answers each MSG1 from wherever with what the first one got, and takes any flags.
    const suite = await run(named("2/answers-as-itself", "3.4/msg1-again", "3.4/msg1-from-another-port"));
    expect(verdicts(suite)).toEqual({
      "2/answers-as-itself": "pass",
      "3.4/msg1-again": "pass",
      "3.4/msg1-from-another-port": "fail",
    });
    expect(suite.error).toBeUndefined();
    const failed = suite.results.find(({ verdict }) => verdict === "fail");
    if (failed === undefined) throw new RangeError("nothing failed");
    const text = resultText(failed, PLAIN);
    expect(text).toMatch(/expected: the target must treat them as two attempts.* \[H-21\]/);
    expect(text).toContain("came:     both ports get the same MSG2");
    expect(text).toMatch(/came +[\d.]+ ms +MSG2 of 1200 bytes\n +0102/);
    expect(failed.packets.map(({ what, bytes }) => `${what} ${bytes}`)).toContain("MSG1 of 1200 bytes 1200");
    expect(failed.keyLog.length).toBeGreaterThan(0);
  });

  test("goes on after a case that can't be judged, and after a bug of its own", async () => {
    const suite = await run([
      made("4.1/unclear", () => Promise.reject(new Inconclusive("it rains"))),
      made("4.1/broken", () => Promise.reject(new TypeError("undefined is no function"))),
      ...named("2/answers-as-itself"),
    ]);
    expect(verdicts(suite)).toEqual({
      "4.1/unclear": "inconclusive",
      "4.1/broken": "inconclusive",
      "2/answers-as-itself": "pass",
    });
    const details = suite.results.map(({ detail }) => detail);
    expect(details[0]).toBe("it rains");
    expect(details[1]).toMatch(/^a bug of the suite: TypeError: undefined is no function/);
  });

  test("doesn't ask for a service that isn't there", async () => {
    const bare = await startPeerTarget({});
    const cases = [made("12/echo", () => Promise.resolve(), { needs: ["echo", "bulk"] })];
    const suite = await runSuite(cases, bare.ground, { patienceMs: PATIENCE_MS, signal: new AbortController().signal });
    bare.end();
    expect(suite.results.map(({ detail }) => detail)).toEqual(["the target doesn't serve echo, bulk"]);
  });

  test("runs nothing more once it is interrupted, and keeps what it has", async () => {
    const abort = new AbortController();
    const suite = await run(
      [
        ...named("2/answers-as-itself"),
        made("4.1/interrupting", () => Promise.resolve(abort.abort("SIGINT"))),
        made("4.1/never", () => Promise.resolve()),
      ],
      abort.signal,
    );
    expect(verdicts(suite)).toEqual({ "2/answers-as-itself": "pass" });
  });

  test("ends at once when it is interrupted, whatever a case still waits for", async () => {
    const abort = new AbortController();
    const endless = made("4.1/endless", () => {
      setTimeout(() => abort.abort("SIGINT"), 50);
      return new Promise(() => undefined);
    });
    const suite = await run([...named("2/answers-as-itself"), endless], abort.signal);
    expect(verdicts(suite)).toEqual({ "2/answers-as-itself": "pass" });
    const summary = summaryText(suite.results, { durationMs: suite.durationMs, asked: 2 }, PLAIN);
    expect(summary).toMatch(/^interrupted after 1 of 2 cases: 1 passed, 0 failed/m);
  });

  test("what must be alone comes last where there is one target", async () => {
    const order: string[] = [];
    const note = (id: ListeningCase["id"], more: Partial<ListeningCase>): ListeningCase =>
      made(id, () => Promise.resolve(void order.push(id)), more);
    await run([note("3.4/alone", { isAlone: true }), note("4.1/quick", {}), note("8/slow", { isSlow: true })]);
    expect(order).toEqual(["8/slow", "4.1/quick", "3.4/alone"]);
  });
});

describe("a case that failed while the suite got no turn", () => {
  const HEAD = {
    target: "x:1",
    suite: "1.2.3 abc",
    agent: undefined,
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 1,
    asked: 1,
    error: undefined,
  };
  const starve = (): void => {
    for (const untilMs = performance.now() + 600; performance.now() < untilMs;);
  };

  test("is played again, and each output says so", async () => {
    let played = 0;
    const suite = await run([
      made("4.1/starved", () => {
        played += 1;
        if (played > 1) return Promise.resolve();
        starve();
        return Promise.reject(new PeerError("PEER_TIMEOUT", "came <late>"));
      }),
    ]);
    expect([verdicts(suite), played]).toEqual([{ "4.1/starved": "pass" }, 2]);
    const [result] = suite.results;
    if (result === undefined) throw new RangeError("no result");
    expect(resultText(result, PLAIN)).toMatch(
      /^ok .*\n {4}played again, since this host gave the suite no turn for \d+ ms; at first: came <late>\n$/,
    );
    expect(summaryText(suite.results, { durationMs: 1, asked: 1 }, PLAIN)).toMatch(/^1 of them played twice/m);
    expect(JSON.parse(conformJson(HEAD, suite.results))).toMatchObject({
      replayed: 1,
      cases: [{ verdict: "pass", replayed: { detail: "came <late>" } }],
    });
    expect(conformJunit(HEAD, suite.results)).toMatch(/<system-out>played again, .*; at first: came &lt;late&gt;</);
  });

  test("says nothing if it was starved again", async () => {
    const suite = await run([
      made("4.1/starved", () => {
        starve();
        return Promise.reject(new PeerError("PEER_TIMEOUT", "late"));
      }),
    ]);
    expect(verdicts(suite)).toEqual({ "4.1/starved": "inconclusive" });
    expect(suite.results[0]?.replayed?.detail).toBe("late");
  });
});

describe("a target that ends in the middle", () => {
  test("fails the case, and the rest is not lost but inconclusive: a typed error says so", async () => {
    const dying = await startPeerTarget();
    const cases = [
      ...named("2/answers-as-itself"),
      made("4.1/deadly", () => {
        dying.end();
        return Promise.reject(new PeerError("PEER_TIMEOUT", "nothing comes"));
      }),
      made("4.1/after", () => Promise.resolve()),
    ];
    const suite = await runSuite(cases, dying.ground, { patienceMs: 500, signal: new AbortController().signal });
    expect(verdicts(suite)).toEqual({
      "2/answers-as-itself": "pass",
      "4.1/deadly": "fail",
      "4.1/after": "inconclusive",
    });
    expect(suite.error?.code).toBe("conform-target-gone");
    expect(suite.error?.message).toContain("since 4.1/deadly");
  });

  test(
    "is no slow one if something starts it again: the case fails that it is away behind, twice",
    { timeout: 30_000 },
    async () => {
      let current = await startPeerTarget();
      const { port } = current;
      const deadly = made("4.1/deadly", () => {
        current.end();
        setTimeout(() => void startPeerTarget(undefined, port).then((next) => (current = next)), 1_200);
        return Promise.reject(new PeerError("PEER_TIMEOUT", "nothing comes"));
      });
      const cases = [deadly, ...named("2/answers-as-itself")];
      const suite = await runSuite(cases, current.ground, { patienceMs: 5_000, signal: new AbortController().signal });
      current.end();
      expect(verdicts(suite)).toEqual({ "4.1/deadly": "fail", "2/answers-as-itself": "pass" });
      expect(suite.results[0]?.detail).toMatch(/^nothing comes; both times nobody was let in for a while behind it/);
      expect(suite.error).toBeUndefined();
    },
  );

  test("names what ran beside the case that it went with, and tells of no other one by itself", async () => {
    const dying = await startPeerTarget();
    const [lane] = dying.ground.lanes;
    const ground = { ...dying.ground, lanes: [lane, lane].flatMap((one) => one ?? []) };
    const told: string[] = [];
    const cases = [
      made("4.1/deadly", () => {
        dying.end();
        return Promise.reject(new PeerError("PEER_TIMEOUT", "nothing comes"));
      }),
      made("4.1/beside", () => new Promise((resolve) => setTimeout(resolve, 500))),
      made("4.1/after", () => Promise.resolve()),
    ];
    const suite = await runSuite(cases, ground, {
      patienceMs: 500,
      signal: new AbortController().signal,
      onResult: ({ conformCase: { id } }) => void told.push(id),
    });
    expect(suite.error?.message).toMatch(/any more since 4\.1\/deadly, beside 4\.1\/beside$/);
    expect(told).not.toContain("4.1/after");
    expect(verdicts(suite)).toMatchObject({ "4.1/deadly": "fail", "4.1/after": "inconclusive" });
  });

  test("is told of though the last case of all passed", async () => {
    const dying = await startPeerTarget();
    const cases = [...named("2/answers-as-itself"), made("4.1/deadly", () => Promise.resolve(dying.end()))];
    const suite = await runSuite(cases, dying.ground, { patienceMs: 500, signal: new AbortController().signal });
    expect(suite.error?.code).toBe("conform-target-gone");
  });
});

describe("nobody", () => {
  const signal = new AbortController().signal;

  test("at the port is told before any case", async () => {
    const gone = await startPeerTarget();
    gone.end();
    await expect(runSuite([], gone.ground, { patienceMs: 300, signal })).rejects.toMatchObject({
      code: "conform-nobody",
    });
  });

  test("who is whom the identity file means, likewise", async () => {
    const place = { address: "127.0.0.1", port: target.port };
    const { suite, device } = target;
    const other = { deviceId: device.deviceId, staticPublicKey: suite.staticPublicKey };
    const ground = targetGround(place, { target: other, suite: [suite] });
    await expect(runSuite([], ground, { patienceMs: 300, signal })).rejects.toMatchObject({ code: "conform-nobody" });
  });
});

test("reports for programs hold every case", async () => {
  const made = { suite: "1.2.3 abc", agent: "feed" };
  const head = {
    target: "x:1",
    ...made,
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 1,
    asked: 3,
    error: undefined,
  };
  const { results, durationMs } = await run(
    named("2/answers-as-itself", "3.4/msg1-from-another-port", "9/datagram-of-1201-bytes"),
  );
  const json = JSON.parse(conformJson(head, results)) as {
    cases: { id: string; verdict: string; packets: unknown[] }[];
  };
  expect(json).toMatchObject({ version: 1, target: "x:1", ...made, fail: expect.any(Number) as number });
  expect(json.cases.map(({ id, verdict, packets }) => [id, verdict === "pass" || packets.length > 0])).toEqual([
    ["2/answers-as-itself", true],
    ["3.4/msg1-from-another-port", true],
    ["9/datagram-of-1201-bytes", true],
  ]);
  const junit = conformJunit(head, results);
  expect(junit).toContain('<testsuite name="3.4" tests="1" failures="1" errors="0" skipped="0"');
  expect(junit).toContain('<failure type="H-21" message="');
  expect(junit).toContain(
    '<properties><property name="target" value="x:1"/><property name="suite" value="1.2.3 abc"/><property name="agent" value="feed"/></properties>',
  );
  const summary = summaryText(results, { durationMs, asked: results.length }, PLAIN);
  expect(summary).toMatch(/3\.4 +mac1, RETRY, cookies +0 passed, 1 failed/);
  expect(summary).toMatch(/^failed: 2 passed, 1 failed, 0 inconclusive/m);
});
