import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";

const RECORD_FILE = "entry.json";

const recordSchema = z.object({ files: z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() })) });

/** Writes down what an entry of the cache consists of, and lets every user of the machine read it. */
export async function writeRecord(folder: string): Promise<void> {
  const files: z.infer<typeof recordSchema>["files"] = {};
  for (const path of await filesIn(folder)) {
    const { mode, size } = await stat(path);
    files[relative(folder, path)] = { bytes: size, sha256: await sha256Of(path) };
    await chmod(path, (mode & 0o111) === 0 ? 0o644 : 0o755);
  }
  await writeFile(join(folder, RECORD_FILE), JSON.stringify({ files }));
  await chmod(join(folder, RECORD_FILE), 0o644);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
  await chmod(folder, 0o755);
}

/** @returns what is wrong with an entry, in a few words; undefined if every file is as it was written down */
export async function damageOf(folder: string): Promise<string | undefined> {
  let record: z.infer<typeof recordSchema>;
  try {
    record = recordSchema.parse(JSON.parse(await readFile(join(folder, RECORD_FILE), "utf8")));
  } catch (error) {
    if (isRefused(error)) throw error;
    return `no list of its files can be read in ${RECORD_FILE}`;
  }
  for (const [name, { bytes, sha256 }] of Object.entries(record.files)) {
    const path = join(folder, name);
    const size = (await stat(path).catch(() => undefined))?.size;
    if (size === undefined) return `${name} is missing`;
    if (size !== bytes) return `${name} has ${size} bytes, not ${bytes}`;
    if ((await sha256Of(path)) !== sha256) return `${name} has other contents than were written`;
  }
  return undefined;
}

/** Not damaged, but not readable for this user either. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest("hex");
}
