import { describe, expect, it } from "vitest";
import { SpuriousUndo } from "./spurious-undo.ts";

function afterTen(): SpuriousUndo<string> {
  const undo = new SpuriousUndo<string>();
  undo.begin("saved", 10);
  undo.onLost(11);
  return undo;
}

describe("SpuriousUndo", () => {
  it("waits for every packet of its event, and for none of an earlier one", () => {
    const undo = afterTen();
    undo.onLost(12);
    undo.onLost(10);
    expect(undo.onSpurious(10)).toBeUndefined();
    expect(undo.onSpurious(11)).toBeUndefined();
    expect(undo.onSpurious(12)).toBe("saved");
    expect(undo.onSpurious(12)).toBeUndefined();
  });

  it("gives up when a packet of its event is forgotten, not one of an earlier one", () => {
    const kept = afterTen();
    kept.onForgotten(10);
    expect(kept.onSpurious(11)).toBe("saved");
    const lost = afterTen();
    lost.onForgotten(11);
    expect(lost.onSpurious(11)).toBeUndefined();
  });
});
