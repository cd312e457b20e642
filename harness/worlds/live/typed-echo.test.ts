import { expect, test } from "vitest";
import { TypedEcho } from "./typed-echo.ts";

test("a line that ends with what was typed is its echo, once, behind whatever prompt", () => {
  const echo = new TypedEcho();
  echo.typed("SELFTEST: all ok");
  expect(echo.isEcho("=> SELFTEST: all ok")).toBe(true);
  expect(echo.isEcho("SELFTEST: all ok")).toBe(false);
});

test("the guest may say something first, and its own lines stay its own", () => {
  const echo = new TypedEcho();
  echo.typed("ping 10.24.0.2");
  expect(
    ["a line of the kernel", "=> ping 10.24.0.2", "host 10.24.0.2 is alive"].map((line) => echo.isEcho(line)),
  ).toEqual([...[false, true, false]]);
});

test("a guest that echoes nothing is believed again after a few lines", () => {
  const echo = new TypedEcho();
  echo.typed("up");
  for (const line of ["1", "2", "3", "4"]) expect(echo.isEcho(line)).toBe(false);
  expect(echo.isEcho("up")).toBe(false);
});

test("a key without text waits for nothing", () => {
  const echo = new TypedEcho();
  echo.typed(" ");
  expect(echo.isEcho("any line ")).toBe(false);
});
