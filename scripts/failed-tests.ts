/** The failed tests of a vitest report in few lines, for the end of an output that is cut from its head. */
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** What vitest's JSON report says of a file and its tests. */
export interface ReportedFile {
  readonly name: string;
  readonly message?: string;
  readonly assertionResults: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly failureMessages?: readonly string[] | null;
  }[];
}

const TESTS_MAX = 10;
const MESSAGE_LINES_MAX = 6;
const LINE_CHARACTERS_MAX = 200;

/** Each failed test with its file and the head of its message; a file that did not load counts as one. At most {@link TESTS_MAX}. */
export function failedTestLines(files: readonly ReportedFile[]): string[] {
  const failed = files.flatMap((file) => {
    const tests = file.assertionResults.filter((test) => test.status === "failed");
    if (tests.length > 0) {
      return tests.map((test) => ({
        where: `${fileFromHere(file)}: ${test.fullName}`,
        message: test.failureMessages?.[0] ?? "",
      }));
    }
    return file.message === undefined || file.message === ""
      ? []
      : [{ where: fileFromHere(file), message: file.message }];
  });
  const lines = failed
    .slice(0, TESTS_MAX)
    .flatMap(({ where, message }) => [`failed: ${where}`, ...messageHead(message).map((line) => `        ${line}`)]);
  return failed.length > TESTS_MAX ? [...lines, `and ${failed.length - TESTS_MAX} more`] : lines;
}

/** Empty lines of a difference, of which a terminal's screen has many, say nothing. */
function messageHead(message: string): string[] {
  return stripVTControlCharacters(message)
    .split("\n")
    .filter((line) => line.replace(/^\s*[-+]?\s*$/, "") !== "")
    .slice(0, MESSAGE_LINES_MAX)
    .map((line) => line.slice(0, LINE_CHARACTERS_MAX));
}

function fileFromHere(file: ReportedFile): string {
  return relative(process.cwd(), file.name);
}
