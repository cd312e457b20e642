import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installDebianPackages, isDebian } from "../host/debian-install.ts";
import { findProgram } from "../host/host-tool.ts";
import { projectRoot } from "../host/project-root.ts";

const LOOK_MS = 500;

/** @returns whether tmux is there; on Debian as root it is installed */
export async function hasTmux(): Promise<boolean> {
  return isInstalled("tmux");
}

/** @param program called like its package @returns whether it is there; on Debian as root it is installed */
export async function isInstalled(program: string): Promise<boolean> {
  if (findProgram(program) === undefined && process.getuid?.() === 0 && (await isDebian()))
    await installDebianPackages([program]).catch(() => undefined);
  return findProgram(program) !== undefined;
}

/** Terminals with a person's fingers on the keys, each a window of a server of its own. */
export class Terminals {
  readonly #folder = mkdtempSync(join(tmpdir(), "udpsec-tmux-"));

  constructor() {
    this.#tmux("new-session", "-d", "-x", "160", "-y", "50", "-s", "t", "-n", "first", "sleep 100000");
  }

  /** @param environment for the shell that runs in it */
  open(name: string, environment: Readonly<Record<string, string>>): void {
    const given = Object.entries(environment).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
    // Somebody sits there, also where CI runs the test.
    const person = ["-e", "CI=", "-e", "PS1=$ "];
    this.#tmux("new-window", "-t", "t", "-n", name, "-c", projectRoot(), ...given, ...person, "bash --norc");
  }

  /** @param keys as tmux names them: words are typed, `Enter` and `C-]` pressed */
  press(name: string, ...keys: readonly string[]): void {
    this.#tmux("send-keys", "-t", `t:${name}`, ...keys);
  }

  /** What stood there, and the screen. */
  shown(name: string): string {
    return this.#tmux("capture-pane", "-p", "-J", "-S", "-500", "-t", `t:${name}`);
  }

  /** @throws RangeError with the screen, if it is not shown in time */
  async see(name: string, wanted: RegExp, withinMs: number): Promise<string> {
    const endMs = performance.now() + withinMs;
    for (;;) {
      const shown = this.shown(name);
      if (wanted.test(shown)) return shown;
      if (performance.now() > endMs) throw new RangeError(`${String(wanted)} not seen in ${name}:\n${shown}`);
      await sleep(LOOK_MS);
    }
  }

  close(): void {
    this.#tmux("kill-server");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync("tmux", ["-S", join(this.#folder, "socket"), "-f", "/dev/null", ...args], { encoding: "utf8" });
  }
}
