/** Connections that share the send memory of their endpoint: who was refused hears of it, whoever made the room. */
import { describe, expect, it } from "vitest";
import type { EndpointOptions } from "./endpoint-options.ts";
import { EndpointBudget } from "../../endpoint-budget.ts";
import type { ConnectionHandle } from "./connection-entry.ts";
import { type Node, Wire } from "./wire.fixture.ts";

const SEND_BYTES = 20_000;

function dialled(wire: Wire, from: Node, to: Node): ConnectionHandle {
  wire.dial(from, to);
  wire.settle();
  const event = from.events.findLast(({ type }) => type === "established");
  if (event?.type !== "established") throw new Error("not established");
  return event.connection;
}

/** `a` holds connections to `b`, which is silent, and to `c`; the first has taken all of the memory. */
function crowded(options: Partial<EndpointOptions> = { limits: { sendBudgetBytes: SEND_BYTES } }) {
  const wire = new Wire();
  const [a, b, c] = ["a", "b", "c"].map((name) => {
    return wire.add(name, { createConnection: undefined, ...(name === "a" ? options : {}) });
  }) as [Node, Node, Node];
  const [first, second] = [dialled(wire, a, b), dialled(wire, a, c)];
  wire.delivers = ({ from }) => from !== b;
  expect(first.write(new Uint8Array(SEND_BYTES + 1), wire.nowMs)).toBe(SEND_BYTES);
  wire.settle();
  a.events.splice(0);
  return { wire, a, first, second };
}

describe("a writer whom only the shared send memory refused", () => {
  it("is told as soon as another connection gives some back", () => {
    const { wire, a, second } = crowded();
    expect([second.writableBytes, second.write(new Uint8Array(5_000), wire.nowMs)]).toEqual([0, 0]);
    wire.runUntil(wire.nowMs + 500);
    expect(a.events).toEqual([]);
    wire.delivers = () => true;
    // The next probe of the first connection is answered long before the second would have a reason to wake (5 s).
    wire.runUntil(wire.nowMs + 2_500);
    expect(a.events).toContainEqual({ type: "writable", connection: second });
    expect(second.write(new Uint8Array(5_000), wire.nowMs)).toBe(5_000);
  });

  it("is told when the other connection ends", () => {
    const { wire, a, first, second } = crowded();
    second.write(Uint8Array.of(1), wire.nowMs);
    first.close(0, "", wire.nowMs);
    wire.settle();
    expect(a.events).toContainEqual({ type: "writable", connection: second });
  });

  it("is due at once if somebody beside the endpoint gives it back", () => {
    const budget = new EndpointBudget(undefined, 2 * SEND_BYTES);
    budget.takeSend(SEND_BYTES);
    const { wire, a, first, second } = crowded({ budget });
    second.write(Uint8Array.of(1), wire.nowMs);
    wire.settle();
    budget.releaseSend(SEND_BYTES);
    expect(a.endpoint.nextDeadlineMs()).toBeLessThanOrEqual(wire.nowMs);
    wire.settle();
    // The first was cut short too.
    expect(a.events).toEqual([first, second].map((connection) => ({ type: "writable", connection })));
  });

  it("is waited for no longer once its connection ended", () => {
    const { wire, a, first, second } = crowded();
    second.write(Uint8Array.of(1), wire.nowMs);
    second.close(0, "", wire.nowMs);
    wire.runUntil(wire.nowMs + 3_000);
    a.events.splice(0);
    first.close(0, "", wire.nowMs);
    wire.settle();
    expect(a.events.map(({ type }) => type)).not.toContain("writable");
  });
});
