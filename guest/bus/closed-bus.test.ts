import { expect, test } from "vitest";
import { busConfiguration, makeBus } from "./loopback.fixture.ts";

test("a closed bus has forgotten the secret of its device", async () => {
  const { bus } = makeBus(busConfiguration("device"));
  const { staticSecret } = bus.identity;
  expect(staticSecret.some((byte) => byte !== 0)).toBe(true);
  await bus.close(0);
  expect(staticSecret.every((byte) => byte === 0)).toBe(true);
});
