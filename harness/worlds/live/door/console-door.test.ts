import { once } from "node:events";
import { existsSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConsoleDoor, MAX_UNTAKEN_BYTES, MAX_ATTACHED } from "./console-door.ts";
import { MAX_FIRST_LINE_BYTES } from "./door-words.ts";
import { Scrollback } from "./scrollback.ts";
import { TypedByHand } from "./typed-by-hand.ts";

let folder = "";
let door: ConsoleDoor;
let typed = "";
const clients: Socket[] = [];
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "door-"));
  typed = "";
  const opened = await ConsoleDoor.open({
    ...{ socketPath: at("socket"), linkPath: at("link"), greeting: () => "a runs" },
    onTyped: (bytes) => (typed += Buffer.from(bytes).toString()),
    perform: async (want) => {
      if (want === "end") throw new Error("not now");
      return `did ${want}`;
    },
  });
  if (opened === undefined) throw new RangeError("no door");
  door = opened;
});
afterEach(() => {
  door.close();
  for (const client of clients.splice(0)) client.destroy();
  rmSync(folder, { recursive: true });
});

/** @returns a client that has asked, with what it has heard so far */
async function ask(firstLine: string): Promise<{ readonly socket: Socket; readonly heard: () => string }> {
  const socket = connect(at("link"));
  clients.push(socket);
  let heard = "";
  socket.on("data", (chunk) => (heard += String(chunk)));
  socket.on("error", () => undefined);
  socket.write(firstLine);
  await once(socket, "connect");
  return { socket, heard: () => heard };
}
const view = () => ask('{"version":1,"want":"console"}\n');
const TAKING = { timeout: 10_000, interval: 1 } as const;
const GREETING = '{"version":1,"ok":true,"message":"a runs"}\n';

describe("a machine's door", () => {
  it("shows each viewer what was there and what comes, and passes on what they type", async () => {
    door.pass(Buffer.from("before\r\n"));
    const [one, two] = [await view(), await view()];
    await vi.waitFor(() => expect([one.heard(), two.heard()]).toEqual(Array(2).fill(`${GREETING}before\r\n`)));
    door.pass(Buffer.from("=> "));
    one.socket.write("help\r");
    await vi.waitFor(() => expect([two.heard(), typed]).toEqual([`${GREETING}before\r\n=> `, "help\r"]));
    two.socket.write("\u0003");
    await vi.waitFor(() => expect(typed).toBe("help\r\u0003"));
  });

  it("does what is asked for, and says why it does not", async () => {
    const resumed = await ask('{"version":1,"want":"resume"}\n');
    await vi.waitFor(() => expect(resumed.heard()).toBe('{"version":1,"ok":true,"message":"did resume"}\n'));
    const refused = await ask('{"version":1,"want":"end"}\n');
    await vi.waitFor(() => expect(refused.heard()).toBe('{"version":1,"ok":false,"message":"not now"}\n'));
  });

  it.each([
    ["another language", "GET / HTTP/1.1\r\n"],
    ["an unknown wish", '{"version":1,"want":"reboot"}\n'],
    ["another version", '{"version":2,"want":"console"}\n'],
    ["a line without an end", "x".repeat(MAX_FIRST_LINE_BYTES + 1)],
  ])("closes on who speaks %s", async (_, line) => {
    const { socket, heard } = await ask(line);
    await once(socket, "close");
    expect(heard()).toBe("");
  });

  it("lets a viewer go that takes nothing, and no other", async () => {
    const [deaf, other] = [await view(), await view()];
    await vi.waitFor(() => expect([deaf.heard(), other.heard()]).toEqual([GREETING, GREETING]));
    deaf.socket.pause();
    const block = Buffer.alloc(64 * 1024, "x");
    for (let sent = block.length; sent <= 4 * MAX_UNTAKEN_BYTES; sent += block.length) {
      door.pass(block);
      // However slow the host is: who takes what comes never has as much waiting as who takes nothing.
      await vi.waitFor(() => expect(other.heard().length).toBe(GREETING.length + sent), TAKING);
    }
    deaf.socket.resume();
    await once(deaf.socket, "close");
    expect(deaf.heard().length).toBeLessThan(3 * MAX_UNTAKEN_BYTES);
    door.pass(Buffer.from("end"));
    await vi.waitFor(() => expect(other.heard().endsWith("end")).toBe(true), TAKING);
  });

  it(`takes ${MAX_ATTACHED} at once`, async () => {
    const viewers = await Promise.all(Array.from({ length: MAX_ATTACHED }, view));
    await vi.waitFor(() => expect(viewers.map((one) => one.heard())).toEqual(viewers.map(() => GREETING)));
    const late = await view();
    await once(late.socket, "close");
    expect(late.heard()).toBe("");
  });

  it("ends with the machine: viewers hear the last of it, and nothing is left", async () => {
    const { socket, heard } = await view();
    await vi.waitFor(() => expect(heard()).toBe(GREETING));
    expect(lstatSync(at("link")).isSymbolicLink()).toBe(true);
    door.pass(Buffer.from("reboot: Power down\r\n"));
    door.close();
    await once(socket, "close");
    expect(heard()).toBe(`${GREETING}reboot: Power down\r\n`);
    expect([existsSync(at("link")), existsSync(at("socket"))]).toEqual([false, false]);
  });

  it("is none where its path does not fit, or something is in its place", async () => {
    const owner = { linkPath: at("other"), greeting: () => "", onTyped: () => undefined, perform: async () => "" };
    expect(await ConsoleDoor.open({ ...owner, socketPath: at("x".repeat(107)) })).toBeUndefined();
    expect(await ConsoleDoor.open({ ...owner, socketPath: at("second"), linkPath: at("link") })).toBeUndefined();
    // The first one's link is still its own.
    expect(existsSync(at("link"))).toBe(true);
  });
});

describe("what stood on a console", () => {
  it("is kept to its limit, from the beginning of a line", () => {
    const scrollback = new Scrollback(10);
    for (const line of ["first\n", "second\n", "third\n"]) scrollback.push(Buffer.from(line));
    expect(Buffer.from(scrollback.bytes).toString()).toBe("third\n");
    scrollback.push(Buffer.alloc(1_000, "x"));
    expect(Buffer.from(scrollback.bytes).toString()).toBe("x".repeat(10));
  });

  it("asks a terminal nothing, which would answer into the machine", () => {
    const scrollback = new Scrollback();
    scrollback.push(Buffer.from("\u001b[6n\u001b[c\u001b[>0c\u001b[31mred\u001b[0m\u001b[5nend"));
    expect(Buffer.from(scrollback.bytes).toString()).toBe("\u001b[31mred\u001b[0mend");
  });
});

it("what a person types is lines, corrections made, however it comes in pieces", () => {
  const hand = new TypedByHand();
  const take = (text: string) => hand.take(Buffer.from(text));
  expect([take("SELFTES"), take("X\u007fT: ok\r"), take("\rx\n")]).toEqual([[], ["SELFTEST: ok"], ["", "x"]]);
  expect(take(`${"y".repeat(5_000)}\r`)[0]).toHaveLength(1_000);
});
