/** Before the first test of a page: the browser is there. */
import { findChromium } from "./chromium.ts";

export default async function setUp(): Promise<void> {
  process.env["UDPSEC_CHROMIUM"] = await findChromium();
}
