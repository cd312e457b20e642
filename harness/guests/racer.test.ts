import { expect, it } from "vitest";
import { guestSchema, guestTableOf } from "../profiles/guest-schema.ts";
import type { PreparedImage } from "./guest-kind.ts";
import { racerOf } from "./racer.ts";
import { guestFromTable } from "./table-guest.ts";

const IMAGE: PreparedImage = { kernelPath: "/k", drives: [], origin: {} };
const tableGuest = (written: object) =>
  guestFromTable(guestTableOf(guestSchema.parse({ arch: "x86_64", kernel: "k", ...written })), {
    name: "mine",
    folder: "/",
  });
const racer = (written: object, image = IMAGE) => racerOf(tableGuest(written), image);

it("a guest shows by its own boot sign that a processor runs it: at the beginning of a line, in whatever pieces it comes", () => {
  const isUp = racer({ bootSign: "NEURON \\d" })?.watch();
  const pieces = ["firmware NEURON 1\r\n", "NEU", "RON", " 1.0", "\r\n"];
  expect(pieces.map((piece) => isUp?.(new TextEncoder().encode(piece)))).toEqual([false, false, false, false, true]);
});

it("two machines of a race are watched apart", () => {
  const mine = racer({ bootSign: "up" });
  const [one, two] = [mine?.watch(), mine?.watch()];
  expect([one?.(new TextEncoder().encode("u")), two?.(new TextEncoder().encode("p\n"))]).toEqual([false, false]);
});

it.each<[string, object, PreparedImage?]>([
  ["nothing that it prints is its boot sign", {}],
  ["no hardware here runs it", { bootSign: "up", arch: "riscv64" }],
])("is not raced where %s", (_, written) => expect(racer(written)).toBeUndefined());

it("is not raced where what it executes is counted", async () => {
  const kind = tableGuest({ bootSign: "up", icount: "1", kernel: "/proc/version" });
  expect(racerOf(kind, await kind.prepare({ announce: () => undefined }))).toBeUndefined();
});
