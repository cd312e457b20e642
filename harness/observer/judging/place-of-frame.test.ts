import { expect, test } from "vitest";
import { placesOf } from "./place-of-frame.ts";

const route = (source: string, destination: string, direction: "sent" | "received" | "unknown" = "unknown") => ({
  ...{ source, destination, direction },
});

test.each([
  ["loopback, whatever the link says", route("127.0.0.1", "127.0.1.1", "received"), ["sent", "delivered"], true],
  ["loopback of IPv6", route("::1", "::1"), ["sent", "delivered"], true],
  ["a machine that talks to itself", route("10.0.0.1", "10.0.0.1"), ["sent", "delivered"], true],
  ["a capture that says so", route("10.0.0.1", "10.0.0.2", "sent"), ["sent"], true],
  ["the other way", route("10.0.0.1", "10.0.0.2", "received"), ["delivered"], true],
  ["from a tap", route("10.0.0.9", "10.0.0.2"), ["sent"], true],
  ["to a tap", route("10.0.0.2", "10.0.0.9"), ["delivered"], true],
  ["a capture that says so is believed before a tap", route("10.0.0.9", "10.0.0.2", "received"), ["delivered"], true],
  ["somewhere on the path", route("10.0.0.1", "10.0.0.2"), ["sent", "delivered"], false],
] as const)("%s", (_, frame, places, isTapped) => {
  const [source, destination] = [frame.source === "10.0.0.9", frame.destination === "10.0.0.9"];
  expect(placesOf(frame, { source, destination })).toEqual({ places, isTapped });
});
