/**
 * Opens every page of the site in Chromium: nothing in the console, no page wider than a telephone, and a word of each
 * guide that the search finds. `node check.mjs DIRECTORY PAGE…`
 */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import puppeteer from "puppeteer-core";

const [directory, ...pages] = process.argv.slice(2);
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};
const WIDTH = 390;

const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  for (const file of [path.endsWith("/") ? `${path}index.html` : path, `${path}.html`]) {
    try {
      const bytes = await readFile(join(directory, file));
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(bytes);
      return;
    } catch {
      // The next name.
    }
  }
  response.writeHead(404).end();
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
const problems = [];
try {
  const tab = await browser.newPage();
  let current = "";
  tab.on("console", (message) => {
    if (message.type() === "error") problems.push(`${current}: ${message.text()}`);
  });
  tab.on("pageerror", (error) => problems.push(`${current}: ${error.message}`));
  tab.on("requestfailed", (request) => problems.push(`${current}: ${request.url()} cannot be loaded`));
  tab.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${current}: ${response.url()} answers ${response.status()}`);
  });
  await tab.setViewport({ width: WIDTH, height: 844, isMobile: true });
  for (const page of pages) {
    current = page;
    await tab.goto(`${origin}/${page === "index" ? "" : page}`, { waitUntil: "networkidle0" });
    const { width, heading } = await tab.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      heading: document.querySelector("h1")?.textContent ?? "",
    }));
    if (width > WIDTH) problems.push(`${page}: it is ${width} pixels wide on a screen of ${WIDTH}`);
    if (heading === "") problems.push(`${page}: it has no heading`);
  }
  current = "sidebar";
  await tab.setViewport({ width: 1200, height: 900 });
  await tab.goto(origin, { waitUntil: "networkidle0" });
  const links = await tab.evaluate(() => [...document.querySelectorAll("aside a")].map(({ href }) => href));
  if (links.length < pages.length) problems.push(`sidebar: it has ${links.length} links for ${pages.length} pages`);
  for (const link of links) {
    const { status } = await fetch(link);
    if (status !== 200) problems.push(`sidebar: ${link} answers ${status}`);
  }
  current = "search";
  await tab.setViewport({ width: 1200, height: 900 });
  await tab.goto(origin, { waitUntil: "networkidle0" });
  await tab.click("#local-search button");
  await tab.waitForSelector(".VPLocalSearchBox input");
  await tab.type(".VPLocalSearchBox input", "sourceignore");
  await tab.waitForSelector(".VPLocalSearchBox .result", { timeout: 10_000 }).catch(() => {
    problems.push("search: it finds nothing about sourceignore");
  });
} finally {
  await browser.close();
  server.close();
}
for (const problem of problems) console.error(problem);
console.log(`${pages.length} pages in Chromium, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
