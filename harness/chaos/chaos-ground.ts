import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WANTED_MODULES } from "../../images/guest-kernel.ts";
import { bundleEntry } from "../host/bundled-entry.ts";
import { projectRoot } from "../host/project-root.ts";

const CLI_ENTRY = "harness/cli/main.ts";
const FAKE_ENTRY = "harness/chaos/fake-qemu.ts";
/** What a bundle of the command line reads of the project. */
const READ_PARTS = [
  "contract",
  "fixtures",
  "guest",
  "harness",
  "images",
  "scripts",
  "docs",
  "node_modules",
  "package.json",
  "tsconfig.json",
  "tsconfig.base.json",
];

/** Folders and programs that a case stands on. Each case has its own folder; the project is a copy by links, so that no history is written. */
export interface ChaosGround {
  /** Of this case alone, with a short path. */
  readonly folder: string;
  readonly temporary: string;
  readonly cache: string;
  readonly runs: string;
  /** The fake QEMU, and the shell around it that ignores signals. */
  readonly fake: string;
  readonly deafWrapper: string;
}

/** What all cases share. */
export class ChaosSite {
  readonly root: string;
  readonly cli: string;
  readonly #fake: string;
  readonly #deafWrapper: string;
  readonly environment: Readonly<Record<string, string>>;
  #cases = 0;

  private constructor(root: string, cli: string) {
    this.root = root;
    this.cli = cli;
    this.#fake = join(root, "fake-qemu");
    this.#deafWrapper = join(root, "deaf-wrapper");
    // No package is fetched: a kernel, its modules (all of them built in) and busybox are given, and never run.
    this.environment = {
      UDPSEC_KERNEL: join(root, "given/vmlinuz"),
      UDPSEC_MODULES: join(root, "given/modules"),
      UDPSEC_BUSYBOX: join(root, "given/busybox"),
    };
  }

  /** @param cli another bundle of the command line than the project's own */
  static async make(cli: string | undefined): Promise<ChaosSite> {
    const root = mkdtempSync(join(tmpdir(), "chaos-"));
    const project = projectRoot();
    const bundled = cli ?? (await bundleEntry({ entry: CLI_ENTRY, out: "build/udpsec.mjs" })).path;
    const fake = (await bundleEntry({ entry: FAKE_ENTRY, out: "build/chaos/fake-qemu.cjs", minify: true })).path;
    for (const part of READ_PARTS) symlinkSync(join(project, part), join(root, part));
    copyFileSync(join(project, "package-lock.json"), join(root, "package-lock.json"));
    mkdirSync(join(root, "build"));
    copyFileSync(bundled, join(root, "build/udpsec.mjs"));
    copyFileSync(fake, join(root, "fake-qemu.cjs"));
    const site = new ChaosSite(root, join(root, "build/udpsec.mjs"));
    site.#writePrograms();
    return site;
  }

  #writePrograms(): void {
    const program = (path: string, text: string): void => {
      writeFileSync(path, text);
      chmodSync(path, 0o755);
    };
    const run = `'${process.execPath}' '${join(this.root, "fake-qemu.cjs")}' "$@"`;
    program(this.#fake, `#!/bin/sh\nexec ${run}\n`);
    program(this.#deafWrapper, `#!/bin/sh\ntrap '' TERM INT HUP\n${run}\nexit $?\n`);
    mkdirSync(join(this.root, "given/modules"), { recursive: true });
    writeFileSync(join(this.root, "given/vmlinuz"), "no kernel");
    writeFileSync(join(this.root, "given/busybox"), "no busybox");
    const builtIn = WANTED_MODULES.map((name) => `kernel/${name}.ko\n`).join("");
    writeFileSync(join(this.root, "given/modules/modules.builtin"), builtIn);
  }

  /** @param warm whether the images of earlier cases are there already */
  newCase(warm: boolean): ChaosGround {
    this.#cases += 1;
    const folder = join(this.root, String(this.#cases));
    for (const part of ["t", "runs"]) mkdirSync(join(folder, part), { recursive: true });
    const cache = join(folder, "cache");
    if (warm && existsSync(this.#warmCache))
      cpSync(this.#warmCache, cache, { recursive: true, preserveTimestamps: true });
    const { fake, deafWrapper } = { fake: this.#fake, deafWrapper: this.#deafWrapper };
    return { folder, temporary: join(folder, "t"), cache, runs: join(folder, "runs"), fake, deafWrapper };
  }

  /** The images that this case made are what later ones begin with. */
  keepCache(ground: ChaosGround): void {
    cpSync(ground.cache, this.#warmCache, { recursive: true, preserveTimestamps: true });
  }

  get #warmCache(): string {
    return join(this.root, "warm-cache");
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
