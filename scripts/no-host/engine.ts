/** An engine for ECMAScript without a host: QuickJS, with a bounded heap, and nothing in its global object but the language. */
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
} from "quickjs-emscripten-core";

export interface EngineLimits {
  readonly heapBytes: number;
  readonly stackBytes: number;
  /** For one question. */
  readonly timeMs: number;
}

/** What was evaluated threw, or took too long or too much memory. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code = "ENGINE";
}

/** Of the language itself, but a clock and randomness: the core has both from its caller alone. */
const WITHOUT_CLOCK_AND_CHANCE = "delete globalThis.Date; delete Math.random;";

export class Engine {
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #limits: EngineLimits;
  #deadlineMs = 0;

  private constructor(runtime: QuickJSRuntime, limits: EngineLimits) {
    this.#runtime = runtime;
    this.#limits = limits;
    runtime.setMemoryLimit(limits.heapBytes);
    runtime.setMaxStackSize(limits.stackBytes);
    runtime.setInterruptHandler(() => performance.now() > this.#deadlineMs);
    this.#context = runtime.newContext();
    this.evaluate(WITHOUT_CLOCK_AND_CHANCE);
  }

  static async create(limits: EngineLimits): Promise<Engine> {
    const quickjs = await newQuickJSWASMModuleFromVariant(import("@jitl/quickjs-wasmfile-release-sync"));
    return new Engine(quickjs.newRuntime(), limits);
  }

  /** Runs a script. @throws EngineError */
  evaluate(script: string): void {
    this.#startClock();
    this.#value(this.#context.evalCode(script, "core.js")).dispose();
  }

  /**
   * Asks what `scripts/no-host/inside/main.ts` left there.
   *
   * @throws EngineError
   */
  ask(question: unknown): unknown {
    this.#startClock();
    const script = `answer(${JSON.stringify(JSON.stringify(question))})`;
    const promise = this.#value(this.#context.evalCode(script, "question.js"));
    try {
      return JSON.parse(this.#awaited(promise));
    } finally {
      promise.dispose();
    }
  }

  /** Of the heap's limit, in use now. */
  get heapUsedBytes(): number {
    const usage = this.#runtime.computeMemoryUsage();
    const { memory_used_size: used } = this.#context.dump(usage) as { readonly memory_used_size: number };
    usage.dispose();
    return used;
  }

  /** Gives the memory back. After an error a heap may be in a state that can't be taken apart: then it stays until the process ends. */
  dispose(): void {
    this.#context.dispose();
    this.#runtime.dispose();
  }

  #awaited(promise: QuickJSHandle): string {
    for (;;) {
      const jobs = this.#runtime.executePendingJobs();
      if (jobs.error !== undefined) throw this.#errorOf(jobs.error);
      jobs.dispose();
      const state = this.#context.getPromiseState(promise);
      if (state.type === "rejected") throw this.#errorOf(state.error);
      if (state.type === "fulfilled") {
        const text = this.#context.getString(state.value);
        state.value.dispose();
        return text;
      }
      const settled = this.#value(this.#context.evalCode("settled()"));
      const hasWork = this.#context.dump(settled) === true;
      settled.dispose();
      if (!hasWork) throw new EngineError("it waits for something that never comes");
    }
  }

  #startClock(): void {
    this.#deadlineMs = performance.now() + this.#limits.timeMs;
  }

  #value(result: ReturnType<QuickJSContext["evalCode"]>): QuickJSHandle {
    if (result.error !== undefined) throw this.#errorOf(result.error);
    return result.value;
  }

  #errorOf(handle: QuickJSHandle): EngineError {
    const thrown = this.#context.dump(handle) as unknown;
    handle.dispose();
    if (typeof thrown !== "object" || thrown === null) return new EngineError(String(thrown));
    const { name = "Error", message = "", stack = "" } = thrown as Readonly<Record<string, string>>;
    return new EngineError(`${name}: ${message}\n${stack}`.trim());
  }
}
