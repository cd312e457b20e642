import { describe, expect, it } from "vitest";
import { formatSimValues, parseSimValues, SIM_OPTIONS, type SimValues } from "../../../contract/sim-options.ts";
import { checkSimValues } from "./sim-arguments.ts";

const complaintAbout = (values: SimValues): string => {
  try {
    checkSimValues(values);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "accepted";
};

describe("what udpsec sim is asked for", () => {
  it("is one scenario, ten seeds and nothing overridden, unless it says more", () => {
    const { scenarios, firstSeed, lastSeed, overrides, crypto } = checkSimValues({ scenario: "transfer" });
    expect(scenarios.map(({ scenario }) => scenario.name)).toEqual(["transfer"]);
    expect([firstSeed, lastSeed, crypto]).toEqual([1, 10, "native"]);
    expect(Object.values(overrides).filter((value) => value !== undefined)).toEqual([]);
  });

  it.each([
    [{}, /--scenario NAME is needed/],
    [{ scenario: "transfr" }, /no scenario transfr; did you mean transfer\?/],
    [{ scenario: "transfer", seeds: "3..1" }, /the first is above the last/],
    [{ scenario: "transfer", seeds: "1-3" }, /seeds are whole numbers/],
    [{ scenario: "transfer", seed: "1", seeds: "1..2" }, /--seeds or --seed, not both/],
    [{ scenario: "transfer", crypto: "rot13" }, /--crypto is native, noble, sodium, not rot13/],
    [{ scenario: "transfer", trace: "out.qlog" }, /--trace writes one run/],
    [{ scenario: "discovery", bytes: "1" }, /--bytes can't change discovery/],
  ])("%j", (values: SimValues, complaint) => {
    expect(complaintAbout(values)).toMatch(complaint);
  });

  it.each(["loss", "delay-ms", "rate-mbps", "bytes"] as const)(
    "--%s keeps to the range that its help shows",
    (name) => {
      const { range, help } = SIM_OPTIONS[name];
      expect(help).toContain(`(${range.least} to ${range.most})`);
      const of = (value: number | string): string => complaintAbout({ scenario: "transfer", [name]: String(value) });
      expect([range.least, range.most].map(of)).toEqual(["accepted", "accepted"]);
      for (const value of [range.least - 0.0001, range.most + 1, "", "x"])
        expect(of(value)).toContain(`--${name} is a number from`);
    },
  );

  it("gets from one process to the other as it is", () => {
    const values = { scenario: "a b", seed: "7", json: true } as const;
    expect(parseSimValues(formatSimValues(values))).toEqual(values);
  });

  it.each([undefined, "--list", "{}x", '{"scenaro":"x"}', '{"list":"yes"}', '{"constructor":"x"}'])(
    "is never %j",
    (argument) => {
      expect(() => parseSimValues(argument)).toThrow(Error);
    },
  );
});
