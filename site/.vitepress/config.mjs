/**
 * The documentation as a site: the pages of docs/, and the reference that scripts/site.ts makes from the code.
 *
 * VitePress, because it takes plain Markdown that GitHub shows as well, searches without a server, fails on dead links,
 * and is well kept.
 */
import { defineConfig } from "vitepress";

const HOMEPAGE = "https://github.com/gantry/gantry";

const START = [
  { text: "Installing", link: "/install" },
  { text: "Quick start", link: "/start" },
  { text: "From other tools", link: "/migrating" },
  { text: "Recipes", link: "/recipes" },
  { text: "Troubleshooting", link: "/troubleshooting" },
];
const GUIDE = [
  { text: "push and plan", link: "/push" },
  { text: "Profiles", link: "/profiles" },
  { text: "Who accepts it", link: "/consumers" },
  { text: "Signing", link: "/signing" },
  { text: "Configuration", link: "/configuration" },
  { text: "Registries and credentials", link: "/registries" },
  { text: "Reading back", link: "/reading" },
  { text: "Across an air gap", link: "/airgap" },
];
const EXTEND = [
  { text: "Plugins", link: "/plugins" },
  { text: "Plugins in any language", link: "/exec-plugins" },
  { text: "Library", link: "/library" },
];
const REFERENCE = [
  { text: "Commands and flags", link: "/commands" },
  { text: "Configuration fields", link: "/configuration#fields" },
  { text: "Formats of profiles", link: "/profiles#formats" },
  { text: "JSON output", link: "/json" },
  { text: "Exit codes", link: "/exit-codes" },
  { text: "Environment variables", link: "/environment" },
  { text: "Library API", link: "/api/index.html", target: "_blank" },
  { text: "Compatibility", link: "/compatibility" },
  { text: "gzip, byte for byte", link: "/gzip" },
  { text: "zip, byte for byte", link: "/zip" },
  { text: "Performance", link: "/performance" },
];

export default defineConfig({
  title: "gantry",
  srcDir: "./pages",
  description: "Package a directory as an OCI artifact and publish it, with one digest everywhere",
  lang: "en",
  cleanUrls: true,
  appearance: true,
  lastUpdated: false,
  head: [["link", { rel: "icon", href: "data:," }]],
  // Dead links fail the build.
  ignoreDeadLinks: false,
  markdown: { config: (markdown) => markdown.core.ruler.push("columns", ({ tokens }) => labelCells(tokens)) },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Start", link: "/start" },
      { text: "Guide", link: "/push" },
      { text: "Reference", link: "/commands" },
    ],
    sidebar: [
      { text: "Start", items: START },
      { text: "Guide", items: GUIDE },
      { text: "Extend", items: EXTEND },
      { text: "Reference", items: REFERENCE },
    ],
    socialLinks: [{ icon: "github", link: HOMEPAGE }],
    footer: { message: "Apache-2.0" },
  },
});

/** Lets each cell of a table say which column it is in: on a narrow screen nothing stands above it. */
function labelCells(tokens) {
  let columns = [];
  let at = 0;
  for (const [place, token] of tokens.entries()) {
    if (token.type === "thead_open") columns = [];
    if (token.type === "th_open") columns.push(tokens[place + 1].content);
    if (token.type === "tr_open") at = 0;
    if (token.type === "td_open") token.attrSet("data-column", columns[at++]);
  }
}
