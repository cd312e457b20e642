import { createColors } from "picocolors";
import { expect, it } from "vitest";
import { terminalHtml, terminalPage } from "./terminal-page.ts";

const { bold, dim, green, red } = createColors(true);

it("has colours and weight where the terminal had them, each up to its own end", () => {
  expect(terminalHtml(`${red("FAILED")} x ${bold(green("ok"))} y ${dim("z")}`)).toBe(
    '<span style="color:#ff7b72">FAILED</span> x <span style="font-weight:bold;color:#56d364">ok</span> y <span style="opacity:0.6">z</span>',
  );
  expect(terminalHtml("\u001b[1ma\u001b[mb")).toBe('<span style="font-weight:bold">a</span>b');
});

it("what was printed is text, and nothing moves on a page", () => {
  expect(terminalHtml("<b>&\u001b[2K\u001b[1A!\u001b]0;title\u0007")).toBe("&lt;b&gt;&amp;!");
  expect(terminalPage("udpsec <x>", "y\n\n")).toContain("<pre>$ udpsec &lt;x&gt;\ny</pre>");
});
