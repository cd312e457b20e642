/** What docs/implementing.md tells somebody to run does what it says. */
import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { parseGuestConfiguration } from "../../contract/parse-configuration.ts";
import { projectRoot } from "../../harness/host/project-root.ts";

const root = projectRoot();
const text = readFileSync(join(root, "docs/implementing.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "implementing-"));
afterAll(() => rmSync(folder, { recursive: true }));

const TIMEOUT_MS = 120_000;
const MSG2 = 2;

interface Party {
  readonly seed: string;
  readonly device_id: string;
  readonly static_public_key: string;
}

const { vectors } = JSON.parse(readFileSync(join(root, "fixtures/vectors/udp-handshake.json"), "utf8")) as {
  readonly vectors: readonly { readonly initiator: Party; readonly responder: Party; readonly msg1: string }[];
};
const [vector] = vectors;

/** @returns the words of the one command that holds `part`, with build/ replaced by a folder of this test */
function commandWith(part: string): string[] {
  const lines = [...text.matchAll(/^\$ (.*)$/gm)].map(([, line = ""]) => line).filter((line) => line.includes(part));
  expect(lines, part).toHaveLength(1);
  return (lines[0] ?? "").split(" ").map((word) => word.replace(/^build\//, `${folder}/`));
}

describe("the configurations", () => {
  test.each(["listens", "dials"])("of the daemon that %s are about the vector's devices", (name) => {
    expect(commandWith(`daemon-${name}.json`)).toContain(`fixtures/vectors/daemon-${name}.json`);
    const configuration = parseGuestConfiguration(
      readFileSync(join(root, `fixtures/vectors/daemon-${name}.json`), "utf8"),
    );
    const [daemon] = configuration.processes;
    expect(daemon).toMatchObject({
      identitySeed: vector?.responder.seed,
      listen: { port: Number(/its port (\d+) is the same/.exec(text)?.[1]) },
      peers: [
        {
          deviceId: vector?.initiator.device_id,
          staticKey: vector?.initiator.static_public_key,
          port: Number(/it dials 127\.0\.0\.1, port (\d+)/.exec(text)?.[1]),
          dial: name === "dials",
        },
      ],
    });
  });
});

test(
  "the daemon that listens starts as told, and answers the vector's MSG1 with MSG2",
  async () => {
    const [bundler = "", ...bundled] = commandWith("scripts/bundle.mjs");
    await execa(bundler, bundled, { cwd: root });
    const [program = "", ...args] = commandWith("daemon-listens.json");
    const daemon = execa(program, args.map(withAnyPort), { cwd: root, reject: false });
    try {
      const port = await portIn(daemon.stdout, /^dsoftbus: udp-sec os listener up (\d+)$/m);
      const answer = await answerTo(Buffer.from(vector?.msg1 ?? "", "hex"), port);
      expect([answer.length, answer[1], answer.subarray(4, 8).toString("hex")]).toEqual([1200, MSG2, "01020304"]);
    } finally {
      daemon.kill("SIGTERM");
      await daemon;
    }
  },
  TIMEOUT_MS,
);

/** The documented port may be taken on the machine of this test: the same configuration with whichever is free. */
function withAnyPort(argument: string): string {
  if (!argument.endsWith("daemon-listens.json")) return argument;
  const configuration = readFileSync(join(root, argument), "utf8");
  const copy = join(folder, "daemon-listens.json");
  expect(configuration).toContain('"port": 38021');
  writeFileSync(copy, configuration.replace('"port": 38021', '"port": 0'), { mode: 0o600 });
  return copy;
}

/** @returns the number in the first line that the program prints of that form */
function portIn(stdout: NodeJS.ReadableStream, form: RegExp): Promise<number> {
  let printed = "";
  return new Promise((resolve, reject) => {
    stdout.on("data", (part: Buffer) => {
      printed += part.toString();
      const port = form.exec(printed)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    stdout.on("end", () => reject(new Error(`it ended after printing ${printed}`)));
  });
}

async function answerTo(datagram: Buffer, port: number): Promise<Buffer> {
  const socket = createSocket("udp4");
  try {
    const answer = new Promise<Buffer>((resolve) => socket.once("message", resolve));
    socket.send(datagram, port, "127.0.0.1");
    return await answer;
  } finally {
    socket.close();
  }
}
