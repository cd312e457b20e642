import { expect, test } from "vitest";
import { unwanted, type PackedFile } from "./packed-files.ts";

const files = (...paths: string[]): PackedFile[] =>
  [
    ...[
      "package.json",
      "LICENSE",
      "dist/harness/cli/main.js",
      "dist/harness/lab/vitest.d.ts",
      "dist/prebuilt/agent.cjs",
      "dist/prebuilt/report-page.js",
    ],
    ...["fixtures/markers.toml", "images/init/init.sh", "images/init/start.cjs", ...paths],
  ].map((path) => ({ path, bytes: 10 }));

test("a package holds what is listed, and all that it needs", () => {
  expect(unwanted(files("docs/lab.md", "fixtures/profiles/udp-sec.toml"))).toBeUndefined();
  expect(unwanted(files("fixtures/recorded/x.run.br"))).toBe("nobody needs fixtures/recorded/x.run.br");
  expect(unwanted(files("dist/harness/lab/lab.test.js"))).toBe("nobody needs dist/harness/lab/lab.test.js");
  expect(unwanted(files("harness/cli/main.ts"))).toBe("nobody needs harness/cli/main.ts");
  expect(unwanted(files().slice(1))).toBe("it lacks package.json");
  expect(unwanted([...files(), { path: "docs/x.md", bytes: 17 * 1024 ** 2 }])).toMatch(/bytes unpacked/);
});
