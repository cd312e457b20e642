import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LiveSnapshot } from "../model/run-data.ts";
import { LiveServer, MAX_VIEWERS } from "./live-server.ts";

const SNAPSHOT: LiveSnapshot = { data: "d", packets: "p", isLast: false };
let server: LiveServer;
beforeEach(async () => {
  server = await LiveServer.start("<p>the page</p>");
});
afterEach(async () => {
  server.abort();
  await server.close();
});

function get(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const asked = request({ host: "127.0.0.1", port, path, headers, method }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    asked.on("error", reject).end();
  });
}

describe("the server of a run", () => {
  it("listens on loopback, and answers who has the token, by the name of this machine, alone", async () => {
    const { pathname, hostname } = new URL(server.url);
    expect(hostname).toBe("127.0.0.1");
    expect(await get(pathname)).toEqual({ status: 200, body: "<p>the page</p>" });
    const refused = [
      get("/"),
      get(`/${"0".repeat(32)}/`),
      get(`${pathname}other`),
      get(pathname, { host: "attacker.example" }),
      get(pathname, {}, "POST"),
      get(`/${"0".repeat(32)}/events`),
    ];
    for (const answer of await Promise.all(refused)) expect(answer).toEqual({ status: 404, body: "" });
  });

  it("tells all who look, also who comes late, and ends with the last snapshot", async () => {
    const events = `${new URL(server.url).pathname}events`;
    const early = get(events);
    while (server.viewers < 1) await new Promise((after) => setTimeout(after, 5));
    server.tell(SNAPSHOT);
    const late = get(events);
    while (server.viewers < 2) await new Promise((after) => setTimeout(after, 5));
    server.tell({ ...SNAPSHOT, data: "all", isLast: true });
    for (const { status, body } of await Promise.all([early, late])) {
      const told = [...body.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => (JSON.parse(data) as LiveSnapshot).data);
      expect([status, told]).toEqual([200, ["d", "all"]]);
    }
  });

  it("has room for so many, and no more", async () => {
    const events = `${new URL(server.url).pathname}events`;
    const looking = Array.from({ length: MAX_VIEWERS }, () => get(events));
    while (server.viewers < MAX_VIEWERS) await new Promise((after) => setTimeout(after, 5));
    expect((await get(events)).status).toBe(503);
    server.tell({ ...SNAPSHOT, isLast: true });
    await Promise.all(looking);
  });
});
