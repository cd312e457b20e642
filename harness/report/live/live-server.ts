/** Serves the page of a run that goes on: to this machine alone, to who has the token alone. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { LiveSnapshot } from "../model/run-data.ts";

const LOOPBACK = "127.0.0.1";
const TOKEN_BYTES = 16;
export const MAX_VIEWERS = 16;
/** Who reads more slowly than this gets the next snapshot instead of each. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export class LiveServer {
  readonly url: string;
  readonly #server: Server;
  readonly #token: Buffer;
  readonly #page: string;
  readonly #viewers = new Set<ServerResponse>();
  #last: string | undefined;

  private constructor(server: Server, page: string, token: string) {
    this.#server = server;
    this.#page = page;
    this.#token = Buffer.from(token);
    const { port } = server.address() as AddressInfo;
    this.url = `http://${LOOPBACK}:${port}/${token}/`;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response));
  }

  /** @param page the whole of it */
  static async start(page: string): Promise<LiveServer> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, LOOPBACK, resolve);
    });
    return new LiveServer(server, page, randomBytes(TOKEN_BYTES).toString("hex"));
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** To all who look, and first to who comes later. */
  tell(snapshot: LiveSnapshot): void {
    this.#last = `data: ${JSON.stringify(snapshot)}\n\n`;
    for (const viewer of this.#viewers) {
      if (viewer.writableLength < MAX_WAITING_BYTES || snapshot.isLast) viewer.write(this.#last);
      if (snapshot.isLast) viewer.end();
    }
  }

  /** Once who looks has got all that was told. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    await closed;
  }

  /** What is waiting to be sent is not. */
  abort(): void {
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { port } = this.#server.address() as AddressInfo;
    // A name that leads here without being this machine's: some page elsewhere wants to read along.
    const isOurs = [`${LOOPBACK}:${port}`, `localhost:${port}`].includes(request.headers.host ?? "");
    const [, token = "", rest] = /^\/([^/]*)\/(.*)$/.exec(request.url ?? "") ?? [];
    if (!isOurs || request.method !== "GET" || !this.#isToken(token)) return refuse(response, 404);
    if (rest === "") return this.#sendPage(response);
    if (rest === "events") return this.#sendEvents(request, response);
    refuse(response, 404);
  }

  #isToken(given: string): boolean {
    const bytes = Buffer.from(given);
    return bytes.length === this.#token.length && timingSafeEqual(bytes, this.#token);
  }

  #sendPage(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, "Content-Type": "text/html; charset=utf-8", Connection: "close" });
    response.end(this.#page);
  }

  #sendEvents(request: IncomingMessage, response: ServerResponse): void {
    if (this.#viewers.size >= MAX_VIEWERS) return refuse(response, 503);
    response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream" });
    response.write("retry: 1000\n\n");
    if (this.#last !== undefined) response.write(this.#last);
    this.#viewers.add(response);
    request.on("close", () => this.#viewers.delete(response));
  }
}

const HEADERS = { "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff" };

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...HEADERS, Connection: "close" });
  response.end();
}
