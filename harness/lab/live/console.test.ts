import { describe, expect, expectTypeOf, it } from "vitest";
import { one } from "../puppet-lab.fixture.ts";

describe("what a console says", () => {
  it("is found line by line, each behind the one before, its fields as what they are", async () => {
    const { a, machine, lab } = await one();
    machine.say("x listener up 4001 (a)\r\nlistener up 4002\r\n");
    const first = await a.console.expect("listener up <port:port>");
    expectTypeOf(first).toEqualTypeOf<{ readonly port: number }>();
    expect(first).toEqual({ port: 4001 });
    expect(await a.console.expect("<who:word>)")).toEqual({ who: "a" });
    expect(await a.console.expect("listener up <port:port>")).toEqual({ port: 4002 });
    machine.say("mac 52:54 at eth0\r\n");
    expect(await a.console.expect(/mac (?<mac>\S+)/)).toEqual({ mac: "52:54" });
    await lab.end();
  });

  it("may be a prompt; a field waits for its line's end", async () => {
    const { a, machine, lab } = await one();
    machine.say("count 12");
    expect(await a.console.expect("count ")).toEqual({});
    const number = a.console.expect("<n:count>");
    machine.say("34\r\n");
    expect(await number).toEqual({ n: 1234 });
    await lab.end();
  });

  it("keeps its order where lines and a prompt come in one piece", async () => {
    const { a, machine, lab } = await one();
    machine.say("init: up\r\n");
    const prompt = a.console.expect("=> ");
    machine.say("one\r\ntwo\r\n=> ");
    await prompt;
    machine.say("three\r\n");
    expect(await a.console.expect(/^(?<word>\w+)$/)).toEqual({ word: "three" });
    await expect(a.console.expect("=> ", { within: "1ms" })).rejects.toMatchObject({ code: "lab-timed-out" });
    await lab.end();
  });

  it("costs what it is long, whoever waits for more", async () => {
    const { a, machine, lab } = await one();
    const waiting = [/never/, "<n:count> never"].map((pattern) => a.console.expect(pattern as string));
    const startedMs = performance.now();
    machine.say("flood 1 2 3\r\n".repeat(20_000));
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    machine.say("7 never\r\n7 never\r\n");
    expect(await Promise.all(waiting)).toEqual([{}, { n: 7 }]);
    await lab.end();
  });

  it("is waited for no longer than said, and the message shows what was there", async () => {
    const { a, machine, lab } = await one();
    machine.say("init: up\r\nbooting\r\nlogin: ");
    const missing = a.console.expect("ready", { within: "300ms" });
    await expect(missing).rejects.toMatchObject({
      code: "lab-timed-out",
      message: expect.stringMatching(/a: "ready".*0\.3 s[^]*booting\n.*login:/) as unknown,
    });
    await lab.end();
  });

  it("can't come from who has ended or crashed", async () => {
    const crashed = await one();
    const after = crashed.a.console.expect("more");
    crashed.machine.say("Kernel panic - not syncing\r\n");
    await expect(after).rejects.toMatchObject({
      code: "lab-ended",
      message: expect.stringMatching(/crashed \(kernel panic: /) as unknown,
    });
    const end = crashed.a.exited();
    crashed.machine.exit({ kind: "guest-shutdown" });
    expect(await end).toEqual({ kind: "guest-shutdown" });
    expect(await crashed.lab.end()).toMatchObject({ passed: false, code: "crashed" });
    const { a, machine, lab } = await one();
    machine.say("up\r\n");
    machine.exit({ kind: "guest-shutdown" });
    expect(await a.exited()).toEqual({ kind: "guest-shutdown" });
    expect(await a.console.expect("up")).toEqual({});
    await expect(a.reach("never")).rejects.toMatchObject({
      code: "lab-ended",
      message: expect.stringMatching(/has ended \(guest-shutdown\)/) as unknown,
    });
    await lab.end();
  });
});

describe("what is typed", () => {
  it("waits for the prompt, and its echo is nobody's word", async () => {
    const { a, machine, lab } = await one();
    machine.say("init: up\r\n");
    const pinged = a.console.command("ping 1", { prompt: "=> " });
    expect(machine.typed).toEqual([]);
    machine.say("=> ");
    await expect.poll(() => machine.typed).toEqual(["ping 1\r"]);
    machine.say("ping 1");
    const alive = a.console.expect("ping 1 is alive");
    machine.say("\r\nping 1 is alive\r\n=> ");
    expect(await pinged).toEqual(["ping 1 is alive"]);
    expect(await alive).toEqual({});
    await expect(a.reach("=> ping 1", { within: "300ms" })).rejects.toMatchObject({ code: "lab-timed-out" });
    a.console.write("raw");
    expect(machine.typed.at(-1)).toBe("raw");
    expect((await lab.end()).consoles.get("a")).toEqual(["init: up", "ping 1 is alive", "=> "]);
  });

  it("needs a prompt that can be told from silence", async () => {
    const { a, lab } = await one();
    await expect(a.console.command("help", { prompt: " " })).rejects.toMatchObject({ code: "lab-misuse" });
    await lab.end();
  });

  it("goes nowhere where nobody can type", async () => {
    const { a, machine, lab } = await one();
    machine.exit({ kind: "guest-shutdown" });
    await a.exited();
    expect(() => a.console.write("x")).toThrow(expect.objectContaining({ code: "lab-misuse" }));
    await lab.end();
  });
});
