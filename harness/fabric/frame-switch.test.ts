import fc from "fast-check";
import { expect, test } from "vitest";
import type { DecisionRecord, LinkSpec } from "../../contract/impairment/index.ts";
import { corruptFrame, repairChecksum } from "./corrupt-frame.ts";
import { formatDecision, parseDecisionLog, type LoggedDecision } from "./decision-log.ts";
import { DelayQueue } from "./delay-queue.ts";
import { readLayout } from "./frame-layout.ts";
import { FrameSwitch, type FramePort } from "./frame-switch.ts";
import { LinkTable, type LinkRule, type Replay } from "./link-table.ts";
import { MacTable, MAX_ADDRESSES } from "./mac-table.ts";
import { payloadOf, SERVICE_PORT, testFrame, type TestDatagram } from "./test-frames.fixture.ts";

class RecordingPort implements FramePort {
  readonly name: string;
  readonly got: Buffer[] = [];
  isOpen = true;

  constructor(name: string) {
    this.name = name;
  }

  send(frame: Buffer): boolean {
    if (this.isOpen) this.got.push(frame);
    return this.isOpen;
  }
}

interface Bench {
  readonly ports: Record<"a" | "b" | "c", RecordingPort>;
  readonly decisions: DecisionRecord[];
  readonly captured: string[];
  readonly switch: FrameSwitch;
  readonly links: LinkTable;
  readonly send: (fields: TestDatagram) => void;
}

function bench(links: readonly LinkRule[], seed = 1, replay?: Replay): Bench {
  const ports = { a: new RecordingPort("a.0"), b: new RecordingPort("b.0"), c: new RecordingPort("c.0") };
  const decisions: DecisionRecord[] = [];
  const captured: string[] = [];
  let last: DecisionRecord | undefined;
  const onDecision = (record: DecisionRecord): void => {
    decisions.push(record);
    last = record;
  };
  const table = new LinkTable({ links, seed, onDecision, ...(replay === undefined ? {} : { replay }) });
  const nowMs = (): number => 0;
  const frameSwitch = new FrameSwitch({
    ...{
      ports: Object.values(ports),
      links: table,
      delays: new DelayQueue(nowMs),
      nowMs,
      servicePorts: [SERVICE_PORT],
    },
    capture: {
      frame: (nic, direction, frame, { comment } = { atMs: 0 }) =>
        captured.push([nic, direction, payloadOf(frame), ...(comment === undefined ? [] : [comment])].join(" ")),
    },
    takeRecord: () => {
      const record = last;
      last = undefined;
      return record;
    },
  });
  const send = (fields: TestDatagram): void => {
    const from = ports[fields.from as keyof typeof ports];
    frameSwitch.forward(from, testFrame(fields));
  };
  return { ports, decisions, captured, switch: frameSwitch, links: table, send };
}

const LOSSY: LinkSpec = {
  faults: [
    { kind: "drop", chance: 0.3 },
    { kind: "duplicate", chance: 0.2 },
    { kind: "corrupt", chance: 0.2 },
  ],
};
const ALL_LOSSY: readonly LinkRule[] = [{ from: "*", to: "*", spec: LOSSY }];

test("an unknown address floods, a learnt one goes to its port alone, its own port gets nothing back", () => {
  const { ports, send } = bench([]);
  send({ from: "a", to: "b", payload: "1" });
  expect([ports.b.got.length, ports.c.got.length]).toEqual([1, 1]);
  send({ from: "b", to: "a", payload: "2" });
  send({ from: "a", to: "b", payload: "3" });
  expect(ports.c.got).toHaveLength(1);
  expect(ports.b.got.map(payloadOf)).toEqual(["1", "3"]);
  expect(ports.a.got.map(payloadOf)).toEqual(["2"]);
  send({ from: "a", payload: "4" });
  expect(ports.c.got.map(payloadOf)).toEqual(["1", "4"]);
  send({ from: "a", to: "a" });
  expect(ports.a.got).toHaveLength(1);
});

test("the capture shows each frame once as sent, each arrival as received, a drop with its reason and index", () => {
  const { captured, send } = bench([{ from: "a", to: "b", spec: { faults: [{ kind: "drop-nth", indexes: [1] }] } }]);
  send({ from: "b", to: "a", payload: "0" });
  captured.length = 0;
  send({ from: "a", to: "b", payload: "1" });
  send({ from: "a", to: "b", payload: "2" });
  expect(captured).toEqual([
    "a.0 sent 1",
    "b.0 received 1",
    `a.0 sent 2 dropped: drop-nth (a.0>b.0, a.0>b.0/udp/${SERVICE_PORT} #1)`,
  ]);
});

test("the same seed decides the same for the same index of a flow, however flows interleave", () => {
  const interleaving = fc.array(fc.constantFrom<"a" | "b" | "tcp">("a", "b", "tcp"), { minLength: 10, maxLength: 120 });
  const perFlow = (order: readonly ("a" | "b" | "tcp")[]): Map<string, string[]> => {
    const { decisions, send } = bench(ALL_LOSSY, 42);
    for (const [index, flow] of order.entries()) {
      // Ephemeral ports differ from frame to frame: they are no part of the flow.
      const sourcePort = 32_768 + index;
      if (flow === "b") send({ from: "b", to: "a", sourcePort: SERVICE_PORT, destinationPort: sourcePort });
      else send({ from: "a", to: "b", sourcePort, protocol: flow === "tcp" ? "tcp" : "udp" });
    }
    const flows = new Map<string, string[]>();
    for (const { link, flow, index, deliveries, reason } of decisions) {
      const name = `${link} ${flow}`;
      flows.set(name, [...(flows.get(name) ?? []), JSON.stringify({ index, deliveries, reason })]);
    }
    return flows;
  };
  fc.assert(
    fc.property(interleaving, (order) => {
      const sorted = perFlow([...order].sort());
      for (const [flow, decided] of perFlow(order)) {
        expect(flow).toMatch(new RegExp(`/${SERVICE_PORT}$`));
        const other = sorted.get(flow) ?? [];
        const shared = Math.min(decided.length, other.length);
        expect(decided.slice(0, shared)).toEqual(other.slice(0, shared));
      }
    }),
  );
});

test("another seed decides differently", () => {
  const run = (seed: number): string[] => {
    const { decisions, send } = bench(ALL_LOSSY, seed);
    for (let i = 0; i < 50; i++) send({ from: "a", to: "b" });
    return decisions.map((record) => JSON.stringify(record));
  };
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
});

test("a replayed log does the same under another seed, and writes the same log", () => {
  const first = bench(ALL_LOSSY, 7);
  const second = (records: readonly LoggedDecision[]): Bench =>
    bench(ALL_LOSSY, 99, { records, unlogged: "conditions" });
  const traffic = ({ send }: Bench): void => {
    for (let i = 0; i < 80; i++)
      send({ from: i % 3 === 0 ? "b" : "a", to: i % 3 === 0 ? "a" : "b", payload: `frame ${i} ...` });
  };
  traffic(first);
  const text = first.decisions.map(formatDecision).join("");
  const replayed = second(parseDecisionLog(text));
  traffic(replayed);
  expect(first.decisions.length).toBeGreaterThan(20);
  expect(replayed.ports.a.got).toEqual(first.ports.a.got);
  expect(replayed.ports.b.got).toEqual(first.ports.b.got);
  expect(replayed.decisions).toEqual(first.decisions);
});

test("frames beyond a log meet its conditions or pass, as asked; never the dice", () => {
  const spec: LinkSpec = {
    faults: [
      { kind: "drop", chance: 1 },
      { kind: "size-limit", maxBytes: 100 },
    ],
  };
  const rules = [{ from: "a", to: "b", spec }];
  for (const [unlogged, expected] of [
    ["conditions", 1],
    ["pass", 2],
  ] as const) {
    const { ports, send } = bench(rules, 1, { records: [], unlogged });
    send({ from: "a", to: "b", payload: "small" });
    send({ from: "a", to: "b", payload: "x".repeat(200) });
    expect(ports.b.got).toHaveLength(expected);
  }
});

test("the last rule that matches a directed link counts: NIC, node or any", () => {
  const dead: LinkSpec = { faults: [{ kind: "blackhole" }] };
  const rules = [
    { from: "*", to: "*", spec: dead },
    { from: "a", to: "b.0", spec: {} },
  ];
  const { ports, send } = bench(rules);
  send({ from: "a" });
  expect([ports.b.got.length, ports.c.got.length]).toEqual([1, 0]);
});

test("a window opens with its trigger, on links that carried nothing yet too", () => {
  const spec: LinkSpec = { faults: [{ kind: "blackhole", during: { trigger: "go" } }] };
  const { ports, links, send } = bench([{ from: "*", to: "*", spec }]);
  send({ from: "a", to: "b" });
  links.trigger("go", 0);
  send({ from: "a", to: "b" });
  send({ from: "c", to: "b" });
  expect(ports.b.got).toHaveLength(1);
});

test("drops are counted by reason; a runt and a port that takes nothing too", () => {
  const {
    ports,
    send,
    switch: frameSwitch,
  } = bench([{ from: "a", to: "b", spec: { faults: [{ kind: "size-limit", maxBytes: 60 }] } }]);
  ports.c.isOpen = false;
  send({ from: "a", payload: "x".repeat(50) });
  frameSwitch.forward(ports.a, Buffer.alloc(13));
  expect(frameSwitch.stats).toEqual({ frames: 2, delivered: 0, dropped: { "size-limit": 1, port: 1, runt: 1 } });
});

test.each(["udp", "tcp"] as const)(
  "corrupted %s arrives: bits of the payload differ, the checksum is right",
  (protocol) => {
    for (const payload of ["even", "odd", ""]) {
      const frame = testFrame({ from: "a", to: "b", protocol, payload });
      const layout = readLayout(frame);
      const flips = payload === "" ? [] : [0, payload.length * 8 - 1];
      const corrupted = corruptFrame(frame, layout, flips);
      expect(onesComplementSum(corrupted, protocol)).toBe(0xffff);
      const differing = [...corrupted].flatMap((byte, index) => (byte === frame[index] ? [] : [index]));
      expect(differing.filter((index) => index >= layout.payloadAt)).toHaveLength(flips.length);
    }
  },
);

test("a UDP checksum that comes out as zero is sent as ones: zero means none", () => {
  const frame = testFrame({ from: "a", to: "b", payload: Buffer.alloc(2) });
  repairChecksum(frame, readLayout(frame));
  frame.writeUInt16BE(frame.readUInt16BE(40), 42);
  repairChecksum(frame, readLayout(frame));
  expect(frame.readUInt16BE(40)).toBe(0xffff);
});

test("a guest that invents addresses can't grow the table", () => {
  const table = new MacTable<string>();
  for (let address = 0; address < MAX_ADDRESSES; address++) table.learn(address, "a");
  expect([table.size, table.find(0)]).toEqual([MAX_ADDRESSES, "a"]);
  table.learn(MAX_ADDRESSES, "b");
  expect([table.size, table.find(0), table.find(MAX_ADDRESSES)]).toEqual([MAX_ADDRESSES, undefined, "b"]);
  table.learn(MAX_ADDRESSES, "c");
  expect([table.size, table.find(MAX_ADDRESSES)]).toEqual([MAX_ADDRESSES, "c"]);
});

test("a decision log with a bad line is refused by its number, one that a kill cut is not", () => {
  const record: DecisionRecord = {
    link: "a>b",
    flow: "f",
    index: 3,
    atMs: 1.5,
    deliveries: [{ delayMs: 2, flips: [9] }],
    reason: "corrupt",
  };
  expect(parseDecisionLog(`${formatDecision(record)}{"link":"a>`)).toEqual([record]);
  for (const bad of ["nonsense", "null", '{"link":1}', JSON.stringify({ ...record, deliveries: [{ delayMs: -1 }] })]) {
    expect(() => parseDecisionLog(`${formatDecision(record)}${bad}\n`)).toThrow(/line 2 /);
  }
});

test("what a gateway's line of the log says can be put into packets", () => {
  const record: LoggedDecision = {
    ...{ gateway: "gw", mapping: "udp 10.24.0.1 #1", event: "mapped", inside: "10.24.0.1:40000" },
    ...{ outside: "10.24.1.254:65535", sent: 0, received: 0, atMs: 1 },
  };
  expect(parseDecisionLog(formatDecision(record))).toEqual([record]);
  for (const outside of ["10.24.1.254:65536", "10.24.1.254", "10.24.1.254:", "gw:1"])
    expect(() => parseDecisionLog(formatDecision({ ...record, outside }))).toThrow(/line 1 /);
});

function onesComplementSum(frame: Buffer, protocol: "udp" | "tcp"): number {
  const segment = frame.subarray(34);
  const padded = Buffer.concat([frame.subarray(26, 34), segment, Buffer.alloc(segment.length % 2)]);
  let sum = (protocol === "udp" ? 17 : 6) + segment.length;
  for (let at = 0; at < padded.length; at += 2) sum += padded.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}
