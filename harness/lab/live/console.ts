import { MAX_TRANSCRIPT_LINES } from "../../console/transcript.ts";
import type { ConsoleLine } from "../../console/line-assembler.ts";
import { misuse } from "../declare/lab-error.ts";
import { consolePattern, type ConsolePattern, type FieldsOf } from "../declare/pattern.ts";
import type { WaitOptions, Waits } from "./waits.ts";

/** The main console of a node: what it says, and what is typed there. */
export interface LabConsole {
  /**
   * Waits for a text or an expression behind what the last `expect` found. A text may stand anywhere in a line, have fields
   * (`<name:port>`, `<name:count>`, `<name:word>`), and is found on a line that has not ended too (a prompt), unless it has fields. What
   * was typed and comes back is never found.
   *
   * @returns the fields; of an expression its named groups
   * @throws LabError `lab-timed-out`, `lab-ended`
   * @example const { port } = await a.console.expect("listener up <port:port>", { within: "30s" }); // port: number
   */
  expect<const Text extends string>(text: Text, options?: WaitOptions): Promise<FieldsOf<Text>>;
  expect(expression: RegExp, options?: WaitOptions): Promise<Readonly<Record<string, string>>>;
  /**
   * Waits for the prompt, types a line, and waits for the prompt again. What came between is behind the next `expect` too.
   *
   * @param text without the enter key @returns the lines between, without the echo; the first 50,000
   * @throws LabError `lab-timed-out`, `lab-ended`; `lab-misuse` for a prompt of nothing but blanks
   * @example await a.console.command("ping 10.24.0.2", { prompt: "=> ", within: "20s" });
   */
  command(text: string, options: WaitOptions & { readonly prompt: string }): Promise<readonly string[]>;
  /**
   * Types at once, whatever stands there. `"\r"` at the end is the enter key.
   *
   * @throws LabError `lab-misuse` where nobody can type: a process of the host, a machine that has ended
   * @example a.console.write("help\r");
   */
  write(text: string): void;
  /** Every line so far, oldest first, without what a terminal obeys; the last 50,000 at least. */
  readonly lines: readonly string[];
}

interface Unread {
  readonly text: string;
  /** So much of it was found already. */
  from: number;
}

/** Who waits looks at each line once: a guest that floods its console must not cost the square of its lines. */
interface Search {
  readonly pattern: ConsolePattern;
  /** So many lines of the console can't have it. */
  looked: number;
}

/** What a console needs of its node. */
export interface Terminal {
  readonly name: string;
  /** @throws LabError */
  type(text: string): void;
  lines(): readonly string[];
}

/** A console with a place to which it was read. */
export class ReadConsole implements LabConsole {
  readonly #terminal: Terminal;
  readonly #waits: Waits;
  #unread: Unread[] = [];
  /** So many lines came before those. */
  #past = 0;
  /** Lines that ended since a command was typed, typed ones not counted. */
  #answer: string[] | undefined;
  /** What stands there without a line end. */
  #unfinished = "";
  /** So much of it was found already. */
  #consumed = 0;
  /** Something was typed where the unfinished line stands: what of it is an echo shows at its end. */
  #isTypedOn = false;

  constructor(terminal: Terminal, waits: Waits) {
    this.#terminal = terminal;
    this.#waits = waits;
  }

  get lines(): readonly string[] {
    return this.#terminal.lines();
  }

  expect<const Text extends string>(text: Text, options?: WaitOptions): Promise<FieldsOf<Text>>;
  expect(expression: RegExp, options?: WaitOptions): Promise<Readonly<Record<string, string>>>;
  async expect(written: string | RegExp, options?: WaitOptions): Promise<Readonly<Record<string, string | number>>> {
    const pattern = consolePattern(written);
    const search: Search = { pattern, looked: 0 };
    return this.#waits.until(`${this.#terminal.name}: ${pattern.shown}`, () => this.#take(search), options);
  }

  async command(
    text: string,
    { prompt, ...options }: WaitOptions & { readonly prompt: string },
  ): Promise<readonly string[]> {
    if (prompt.trim() === "") throw misuse("a prompt of blanks stands everywhere", 'name one, such as "=> "');
    const atPrompt = (): true | undefined => this.#isAt(prompt) || undefined;
    const what = `${this.#terminal.name}: the prompt ${JSON.stringify(prompt)}`;
    await this.#waits.until(what, atPrompt, options);
    const answer: string[] = [];
    this.#answer = answer;
    try {
      this.write(`${text}\r`);
      await this.#waits.until(`${what} after ${JSON.stringify(text)}`, atPrompt, options);
      return answer;
    } finally {
      this.#answer = undefined;
    }
  }

  write(text: string): void {
    this.#terminal.type(text);
    this.#isTypedOn = true;
  }

  /** A line has ended. */
  line({ text, isEcho = false }: ConsoleLine): void {
    const from = Math.min(this.#consumed, text.length);
    this.#consumed = 0;
    this.#unfinished = "";
    this.#isTypedOn = false;
    if (isEcho) return;
    if (this.#answer !== undefined && this.#answer.length < MAX_TRANSCRIPT_LINES) this.#answer.push(text);
    this.#unread.push({ text, from });
    // Given up in blocks: a console that nobody reads costs no more than its transcript.
    if (this.#unread.length >= MAX_TRANSCRIPT_LINES * 2) this.#giveUp(MAX_TRANSCRIPT_LINES);
  }

  /** A line has not ended. What came with it in one piece, and has ended, was told before. */
  stands(unfinished: string): void {
    this.#unfinished = unfinished;
  }

  #isAt(prompt: string): boolean {
    return !this.#isTypedOn && this.#unfinished.trimEnd().endsWith(prompt.trimEnd());
  }

  #take(search: Search): Readonly<Record<string, string | number>> | undefined {
    const { pattern } = search;
    for (let at = Math.max(0, search.looked - this.#past); at < this.#unread.length; at += 1) {
      const line = this.#unread[at];
      const found = line === undefined ? undefined : pattern.find(line.text.slice(line.from));
      if (line === undefined || found === undefined) continue;
      line.from += found.end;
      this.#giveUp(at);
      return found.fields;
    }
    search.looked = this.#past + this.#unread.length;
    if (pattern.needsWholeLine || this.#isTypedOn) return undefined;
    const found = pattern.find(this.#unfinished.slice(this.#consumed));
    if (found === undefined) return undefined;
    this.#giveUp(this.#unread.length);
    this.#consumed += found.end;
    return found.fields;
  }

  #giveUp(lines: number): void {
    this.#unread = this.#unread.slice(lines);
    this.#past += lines;
  }
}
