/** Guests that lack a check of identity: each lie that is to show it does, over either transport, so that a run shows it whatever it draws. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type * as PeerTableModule from "../../guest/bus/dialling/peer-table.ts";
import { deviceIdOf } from "../../guest/core/identity/device-identity.ts";
import type * as ProofModule from "../../guest/core/identity/proof.ts";
import { judgeLies } from "./judge-lies.ts";
import { deviceNamed, JudgedLoopback } from "./judged-loopback.fixture.ts";
import { JudgedTcpLoopback } from "./judged-tcp-loopback.fixture.ts";
import { LIE_NAMES, LIES, type LieName } from "./lies/index.ts";
import { IDENTITY_CHECKS } from "./lies/lie.ts";

const missing = vi.hoisted(() => ({ check: "none", dialled: "" }));

vi.mock("../../guest/core/identity/proof.ts", async (original) => {
  const real = await original<typeof ProofModule>();
  const verifyProof: typeof real.verifyProof = (crypto, side, proof, staticKey) => {
    const publicKey = proof.subarray(0, 32);
    if (missing.check === "proof") return { publicKey, deviceId: deviceIdOf(crypto, publicKey) };
    // Who has the right static key is believed to be whoever was dialled.
    if (missing.check === "dialled-device" && side === "server") return { publicKey, deviceId: missing.dialled };
    return real.verifyProof(crypto, side, proof, staticKey);
  };
  return { ...real, verifyProof };
});

vi.mock("../../guest/bus/dialling/peer-table.ts", async (original) => {
  const { PeerTable } = await original<typeof PeerTableModule>();
  return {
    PeerTable: class extends PeerTable {
      override authorise(deviceId: string, staticKeyHex: string): boolean {
        return missing.check === "peer-table" || super.authorise(deviceId, staticKeyHex);
      }
    },
  };
});

const PATIENCE_MS = 60_000;
const WORLDS = { udp: JudgedLoopback, tcp: JudgedTcpLoopback };

describe.each(["udp", "tcp"] as const)("over %s", (over) => {
  describe.each(IDENTITY_CHECKS)("a guest without the check of %s", (check) => {
    let world: JudgedLoopback | JudgedTcpLoopback;
    beforeAll(async () => {
      missing.check = check;
      missing.dialled = deviceNamed("peer").deviceId;
      world = await WORLDS[over].start(check === "dialled-device");
    });
    afterAll(async () => {
      missing.check = "none";
      await world.stop();
    });

    test("an honest session passes all the same", { timeout: PATIENCE_MS }, async () => {
      await (check === "dialled-device" ? world.liar.serveHonestly() : world.liar.dialHonestly());
      const { report, told } = world.judged();
      expect(judgeLies(report, told)).toEqual({ others: [], complaints: [] });
    });

    const showing = LIE_NAMES.filter((name) => LIES[name].shows === check && (LIES[name].over ?? "udp") === over);
    test.each(showing)("%s shows it, and so does the wire", { timeout: PATIENCE_MS }, async (name: LieName) => {
      await expect(world.liar.tell(name)).rejects.toMatchObject({ code: "PEER_UNEXPECTED" });
      const { report, told } = world.judged();
      const rule = check === "dialled-device" ? "refused-message-2" : "refused-message-3";
      expect(judgeLies(report, told).others.map((other) => other.rule)).toContain(rule);
    });
  });
});
