import { describe, expect, it } from "vitest";
import { loadProfile } from "../../profiles/load.ts";
import { SESSION_PORT } from "../../topology/addressing.ts";
import { listenersOf } from "./listeners.ts";

describe("whose traffic is judged as one", () => {
  it("is that of all machines, on the port that they share", () => {
    const listeners = listenersOf(loadProfile("mesh-3").profile, new Map());
    expect(listeners.map(({ port, nodes }) => [port, nodes])).toEqual([[SESSION_PORT, ["a", "b", "c"]]]);
    expect(listeners[0]?.concerns({ id: "session-ok", node: "c" })).toBe(true);
  });

  it("is that of each daemon on the host, with what it and its probes say", () => {
    const ports = new Map([
      ["h", 40_001],
      ["t", 40_002],
      ["l", 40_003],
      ["m", 40_004],
    ]);
    const said = [
      { id: "listener-up", node: "h" },
      { id: "session-ok", node: "h" },
      { id: "control-ok", node: "a" },
      { id: "backpressure-ok", node: "a" },
      { id: "fallback-ok", node: "a" },
      { id: "mux-data-ok", node: "a" },
      { id: "peer-lies", node: "l" },
      { id: "peer-lies", node: "m" },
      { id: "disabled-fallback", node: "t" },
    ];
    const listeners = listenersOf(loadProfile("two-party").profile, ports);
    const about = listeners.map(({ port, nodes, concerns }) => [
      port,
      nodes,
      said.filter(concerns).map(({ id }) => id),
    ]);
    expect(about).toEqual([
      [40_001, ["h"], ["listener-up", "session-ok", "control-ok", "backpressure-ok"]],
      [40_002, ["t"], ["fallback-ok", "disabled-fallback"]],
      [40_003, ["l"], ["mux-data-ok", "peer-lies"]],
      [40_004, ["m"], ["peer-lies"]],
    ]);
  });

  it("leaves no marker of a ladder without a judge", () => {
    const { profile } = loadProfile("two-party");
    const listeners = listenersOf(profile, new Map());
    const rungs = profile.node.flatMap(({ name, rung }) => rung.map(({ marker }) => ({ id: marker, node: name })));
    expect(rungs.filter((said) => listeners.filter(({ concerns }) => concerns(said)).length !== 1)).toEqual([]);
  });
});
