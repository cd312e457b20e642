export interface BundleOptions {
  /** Absolute path of the project. */
  readonly root: string;
  /** TypeScript entry, relative to `root`. */
  readonly entry: string;
  /** The bundle, relative to `root` or absolute; CommonJS if it ends in `.cjs`, else a module. */
  readonly out: string;
  /** esbuild's `define`: how a variant is switched in at build. */
  readonly define?: Readonly<Record<string, string>>;
  /** Modules, relative to `root`, in the place of others: how a variant that no switch can make is built. */
  readonly replace?: Readonly<Record<string, string>>;
  /** A module, relative to `root`, in which a text that stands there exactly once becomes another. */
  readonly substitute?: { readonly module: string; readonly find: string; readonly by: string } | undefined;
  /** Without white space; names stay. */
  readonly minify?: boolean;
  /** For a page instead of Node: one script with its style sheets, short names. */
  readonly browser?: boolean;
  /** Told what is built and why, one line; not called when nothing is done. */
  readonly announce?: ((line: string) => void) | undefined;
}

export interface BundleResult {
  readonly path: string;
  readonly rebuilt: boolean;
  /** Of the bundle's contents, hex. */
  readonly sha256: string;
}

/** Makes the bundle unless the one on disk came from the same contents. @throws esbuild's BuildFailure */
export function bundle(options: BundleOptions): Promise<BundleResult>;

/** For programs: tells on stderr what is done and what is wrong. @returns undefined when it can't be bundled */
export function bundleOrTell(options: Omit<BundleOptions, "announce">): Promise<BundleResult | undefined>;

/** The sentences of a BuildFailure with file and line; any other error's message. */
export function formatBundleError(error: unknown): string;
