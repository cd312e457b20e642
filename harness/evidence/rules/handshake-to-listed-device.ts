/**
 * Each session that carries DATA began with a MSG1 that only the device of that address can open: the harness made the identities,
 * so it knows the secrets. Who answers as another device, or is dialled as one, shows here.
 */
import { opensForDevice } from "../scene/decode/noise-message-1.ts";
import { coverageOf } from "../scene/stream-coverage.ts";
import { confirmed, contradicted, count, type Rule } from "./rule.ts";

export const handshakeToListedDevice: Rule = {
  id: "handshake-to-listed-device",
  text: "Each session began with a MSG1 that only the device of that address can open.",
  claims: ({ input, udp }) => (input.devices ?? []).length > 0 && udp.sessions.some(({ msg1 }) => msg1.length > 0),
  judge({ input, udp }) {
    let sessions = 0;
    for (const session of udp.sessions) {
      const { up, down } = coverageOf(session);
      const [first] = session.msg1;
      if (first === undefined || up.dataPackets + down.dataPackets === 0) continue;
      const host = first.to.slice(0, first.to.lastIndexOf(":"));
      const seeds = (input.devices ?? []).filter((device) => device.host === host);
      // An address of nobody's: behind an address translation the wire doesn't tell who is meant.
      if (seeds.length === 0) continue;
      if (!seeds.some(({ identitySeed }) => opensForDevice(first.header.body, identitySeed)))
        return contradicted(`session ${session.id}: MSG1 to ${first.to} is not for the device that lives there`);
      sessions += 1;
    }
    return confirmed(`${count(sessions, "session")} dialled to the device of its address`);
  },
};
