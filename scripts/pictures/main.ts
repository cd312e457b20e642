/**
 * `npm run -s pictures`: makes docs/pictures anew, of a run that fails as it is meant to: its terminal, and its report in a browser. It boots two
 * machines, and Chromium is installed if it is missing and may be. Look at what it made before you commit it.
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { chromium, type Browser } from "playwright-core";
import { runDeveloperTool } from "../../guest/programs/developer-tool.ts";
import { projectRoot } from "../../harness/host/project-root.ts";
import { findChromium } from "../../harness/report/browser/chromium.ts";
import { writeReport } from "../../harness/report/html/write-report.ts";
import { PICTURES, type Picture } from "./pictures.ts";
import { terminalPage } from "./terminal-page.ts";

const PROFILE = "./scripts/pictures/lossy-transfer.toml";
const SEED = "7";
const RUNS = "build/pictures";
const CHECK_FAILED = 1;
const WIDTH = 1200;
/** Readers fetch them with the page that they are on. */
const MAX_BYTES = 100 * 1024;
const QUALITY = 0.7;
const PAINTED = "new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))";

await runDeveloperTool("pictures", async () => {
  process.chdir(projectRoot());
  rmSync(RUNS, { recursive: true, force: true });
  mkdirSync(RUNS, { recursive: true });
  process.stdout.write(`${PROFILE}: two machines\n`);
  const command = ["test", PROFILE, "--seed", SEED];
  const { stdout, exitCode } = await execa(join(projectRoot(), "scripts/udpsec"), command, {
    env: { LOG_DIR: RUNS, FORCE_COLOR: "1" },
    reject: false,
  });
  if (exitCode !== CHECK_FAILED) {
    process.stderr.write(`pictures: the run must fail by a check, and ended with ${exitCode}\n${stdout}\n`);
    return 1;
  }
  const { path } = await writeReport([join(RUNS, "latest")], join(RUNS, "report.html"));
  const terminal = join(RUNS, "terminal.html");
  // Where whoever makes it has the project is nobody's business.
  const shown = stdout.replaceAll(`${projectRoot()}/`, "");
  writeFileSync(terminal, terminalPage(`LOG_DIR=${RUNS} ./scripts/udpsec ${command.join(" ")}`, shown));
  const [report = "", shownTerminal = ""] = [path, terminal].map((file) => pathToFileURL(file).href);
  return await take({ report, terminal: shownTerminal });
});

/** @returns the exit status */
async function take(urls: Readonly<Record<Picture["page"], string>>): Promise<number> {
  // A container gives the browser's own sandbox no namespaces; what is shown is a file of ours.
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: ["--no-sandbox", "--disable-gpu"],
  });
  let exitStatus = 0;
  try {
    for (const picture of PICTURES) {
      const path = join("docs/pictures", `${picture.name}.webp`);
      writeFileSync(path, await webpOf(browser, await pngOf(browser, urls[picture.page], picture)));
      const { size } = statSync(path);
      const isTooLarge = size > MAX_BYTES;
      if (isTooLarge) exitStatus = 1;
      process.stdout.write(`${path}: ${Math.ceil(size / 1024)} KiB${isTooLarge ? ", which is too much" : ""}\n`);
    }
    return exitStatus;
  } finally {
    await browser.close();
  }
}

async function pngOf(browser: Browser, url: string, { height, theme, before, of }: Picture): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: WIDTH, height }, colorScheme: theme });
  await page.goto(url);
  await page.waitForSelector("html[data-shown]");
  await page.evaluate(`${before}; ${PAINTED}`);
  return of === undefined ? await page.screenshot() : await page.locator(of).screenshot();
}

/** The browser writes PNG itself, and WebP of what stands on a canvas. */
async function webpOf(browser: Browser, png: Buffer): Promise<Buffer> {
  const page = await browser.newPage();
  const url = await page.evaluate<string>(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${png.toString("base64")}";
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", ${QUALITY});
  })()`);
  await page.close();
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}
