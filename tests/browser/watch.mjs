// Watches the public page of a board in a real browser, at the widths of a desk and of a phone, until the election
// is over and every proof was checked. Prints a line once the browser has started, and waits for the page's URL on
// standard input: an election takes no longer than a browser takes to start. Then prints one JSON object: what was
// seen, and whatever is wrong.
//
//   node watch.mjs CHROMIUM MODULES PICTURES
//
// MODULES is the folder with playwright-core and axe-core, PICTURES that for screenshots.

import fs from "node:fs";
import {createRequire} from "node:module";
import path from "node:path";
import {createInterface} from "node:readline";

const [chromium, modules, pictures] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), "index.js"));
const playwright = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const VIEWS = [
  {name: "desk", width: 1280, height: 900, colorScheme: "light"},
  {name: "phone", width: 360, height: 740, colorScheme: "dark"},
];
const PATIENCE = 240_000;
const wrong = [];
const seen = {};

const browser = await playwright.chromium.launch({executablePath: chromium, args: ["--no-sandbox"]});
await (await browser.newPage()).close();
const input = createInterface({input: process.stdin});
process.stdout.write("ready\n");
const {value: url} = await input[Symbol.asyncIterator]().next();
input.close();

async function open(view) {
  const {name, width, height, colorScheme} = view;
  const context = await browser.newContext({viewport: {width, height}, colorScheme, bypassCSP: false});
  const page = await context.newPage();
  page.on("request", request => {
    if (!request.url().startsWith(url)) wrong.push(`${name}: asks for ${request.url()}`);
  });
  page.on("console", message => {
    if (message.type() === "error") wrong.push(`${name}: says ${message.text()}`);
  });
  page.on("pageerror", error => wrong.push(`${name}: fails with ${error.message}`));
  await page.goto(url);
  // Whatever renews the page, it must be the same document to the end.
  await page.evaluate(() => { globalThis.kept = true; });
  return {view, page, steps: []};
}

// The rules of WCAG 2.2, levels A and AA, in a world of their own: the page's policy lets nobody else run scripts.
async function check({view, page}, step) {
  const session = await page.context().newCDPSession(page);
  const {frameTree} = await session.send("Page.getFrameTree");
  const {executionContextId} = await session.send("Page.createIsolatedWorld", {frameId: frameTree.frame.id});
  const run = async expression => {
    const {result, exceptionDetails} = await session.send("Runtime.evaluate",
      {expression, contextId: executionContextId, awaitPromise: true, returnByValue: true});
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await run(axe + "; undefined");
  const found = await run(`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    .then(({violations}) => violations.map(({id, nodes}) => id + ": " + nodes.map(({html}) => html).join(" | ")))`);
  wrong.push(...found.map(what => `${view.name}, ${step}: ${what}`));
  const overflow = await run("document.documentElement.scrollWidth - innerWidth");
  if (overflow > 0) wrong.push(`${view.name}, ${step}: the page is ${overflow} px too wide`);
  await session.detach();
}

async function watch(shown) {
  const {view, page, steps} = shown;
  const until = Date.now() + PATIENCE;
  const phase = () => page.locator("#verdict .word strong").first().textContent();
  for (;;) {
    const step = await phase();
    if (steps.at(-1) !== step) {
      steps.push(step);
      await check(shown, step);
      const picture = `${view.name}-${String(steps.length).padStart(2, "0")}.png`;
      await page.screenshot({path: path.join(pictures, picture), fullPage: true});
    }
    const open = await page.locator("td > .status.open").count();
    if (step === "The election is over" && open === 0 && await page.locator("#result").count() === 1) break;
    if (Date.now() > until) {
      wrong.push(`${view.name}: not over, the last is ${step}`);
      break;
    }
    await page.waitForTimeout(100);
  }
  await check(shown, "the end");
  await page.screenshot({path: path.join(pictures, `${view.name}-end.png`), fullPage: true});
  if (!await page.evaluate(() => globalThis.kept === true)) wrong.push(`${view.name}: it was loaded anew`);
  if (await page.getByText("does not hold").count() > 0) wrong.push(`${view.name}: a proof does not hold`);
  seen[view.name] = steps;
}

async function withoutScript() {
  const context = await browser.newContext({javaScriptEnabled: false, viewport: {width: 360, height: 740}});
  const page = await context.newPage();
  await page.goto(url);
  const refresh = await page.locator("noscript meta, meta[http-equiv=refresh]").count();
  if (refresh === 0) wrong.push("without script: nothing loads the page anew");
  if (await page.locator("#now-people").count() !== 1) wrong.push("without script: the page is not whole");
}

try {
  const views = await Promise.all(VIEWS.map(open));
  await Promise.all(views.map(watch));
  await withoutScript();
} catch (error) {
  wrong.push(String(error.stack ?? error));
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify({seen, wrong}) + "\n");
