import assert from "node:assert/strict";
import { HOMEPAGE } from "../../src/host/version.ts";
import { tool, toolTest } from "../support/tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Who names the homepage, or the repository that it is of, and cannot import it. */
const NAMED = [
  "README.md",
  "docs/install.md",
  "docs/recipes.md",
  "docs/signing.md",
  "scripts/install.sh",
  "scripts/release/publish_images.sh",
  "site/.vitepress/config.mjs",
  "src/host/version.ts",
  // Names of what gantry is to others, which stay what they are wherever the repository goes.
  "src/plugins/annotate/ci/builder.ts",
  "src/sign/provenance.ts",
  "templates/push.yml",
];

toolTest(
  "HOMEPAGE is what every page, script and template names, and no other repository of gantry",
  ["git"],
  async () => {
    const repository = new URL(HOMEPAGE).pathname.slice(1);
    const files = (await tool("git", ["ls-files", "-z"], { cwd: ROOT })).split("\0")
      .filter((file) => file !== "" && !file.startsWith("tests/"));
    const naming: string[] = [];
    for (const file of files) {
      // Not the package on npm and JSR, which has the same name.
      const text = (await Deno.readTextFile(`${ROOT}${file}`)).replaceAll("@gantry/gantry", "");
      const repositories = text.match(/(?<=github\.com\/)[\w-]+\/gantry\b/g) ?? [];
      assert.deepEqual(repositories.filter((each) => each !== repository), [], file);
      if (text.includes(repository)) naming.push(file);
    }
    assert.deepEqual(naming, NAMED);
  },
);
