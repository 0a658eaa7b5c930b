/** Every block of JSON and YAML in a page is what it says that it is. */
import assert from "node:assert/strict";
import { load } from "js-yaml";
import { parse } from "jsonc-parser";
import { parseConfig } from "../../src/cli/config/parse_config.ts";
import { schemaProblems } from "../support/json_schema.ts";
import { type Block, pageBlocks } from "../support/examples/pages.ts";

const ROOT = new URL("../../", import.meta.url);

interface Kind {
  readonly what: string;
  /** Tells the blocks by their text and their page. */
  readonly is: (block: Block) => boolean;
  readonly check: (block: Block) => void | Promise<void>;
}

/** What the blocks are. One that is nothing of it fails. */
const KINDS: readonly Kind[] = [
  {
    what: "imports of a project in deno.json",
    is: ({ text, language }) => language === "jsonc" && text.includes('"imports"'),
    check: ({ text }) => assert.ok("imports" in parse(text)),
  },
  {
    what: "configuration of gantry",
    is: ({ text, language }) => language === "jsonc" || text.includes("gantry.schema.json"),
    check({ text, language }): void {
      const readEnv = (names: readonly string[]): Record<string, string> =>
        Object.fromEntries(names.map((name) => [name, "x"]));
      parseConfig(text, { path: `gantry.${language}`, readEnv });
    },
  },
  {
    what: "request to a plugin that is a program",
    is: ({ text }) => text.includes('"protocol": 1'),
    check: async ({ text }) => await assertFits(JSON.parse(text), "exec-v1/after-archive.request"),
  },
  output("push", "targets"),
  output("pull", "written"),
  output("diff", "same"),
  output("inspect", "reference"),
  {
    what: "the answers to --for, in what plan and inspect print",
    is: ({ text, language }) => language === "json" && Object.keys(JSON.parse(text)).join() === "consumers",
    async check({ text }): Promise<void> {
      const { $defs, ...schema } = await schemaOf("output/inspect");
      const verdicts = { type: "array", items: { $ref: "#/$defs/Verdict" } };
      assert.deepEqual(schemaProblems(JSON.parse(text).consumers, { ...verdicts, $defs }), [], String(schema["title"]));
    },
  },
  {
    what: "job of GitHub Actions",
    is: ({ text, language }) => language === "yaml" && text.includes("uses: "),
    async check({ text }): Promise<void> {
      const known = inputsOf(await Deno.readTextFile(new URL("action.yml", ROOT)));
      const steps = stepsOf(load(text));
      assert.ok(steps.length > 0);
      for (const step of steps.filter(({ uses }) => uses?.startsWith("gantry/gantry@"))) {
        assert.deepEqual(Object.keys(step.with ?? {}).filter((name) => !known.includes(name)), []);
      }
    },
  },
  {
    what: "job of GitLab CI by the component",
    is: ({ text, language }) => language === "yaml" && text.includes("component: "),
    async check({ text }): Promise<void> {
      const [spec = ""] = (await Deno.readTextFile(new URL("templates/push.yml", ROOT))).split(/^---$/m);
      const known = Object.keys((load(spec) as { spec: { inputs: object } }).spec.inputs);
      const { include } = load(text) as { include: readonly { inputs: object }[] };
      assert.deepEqual(
        include.flatMap(({ inputs }) => Object.keys(inputs)).filter((name) => !known.includes(name)),
        [],
      );
    },
  },
  {
    what: "manifest or job of another program",
    is: ({ text, language }) =>
      language === "yaml" && /^(?:apiVersion|args|bundles|publish|source|spec|values):/m.test(text),
    check: ({ text }) => assert.equal(typeof load(text), "object"),
  },
];

for (const block of await pageBlocks(["json", "jsonc", "yaml"])) {
  const kind = KINDS.find(({ is }) => is(block));
  Deno.test(`${block.page}:${block.line} is a ${kind?.what ?? "block of some kind"}`, async () => {
    assert.ok(kind !== undefined, block.text);
    await kind.check(block);
  });
}

/** What a command prints with `-o json`, told by a field that it alone has. */
function output(command: string, field: string): Kind {
  return {
    what: `result of ${command}`,
    is: ({ text, language }) => language === "json" && field in JSON.parse(text),
    check: async ({ text }) => await assertFits(JSON.parse(text), `output/${command}`),
  };
}

async function assertFits(value: unknown, name: string): Promise<void> {
  assert.deepEqual(schemaProblems(whole(value), await schemaOf(name)), []);
}

/** A page shows the beginning of a digest. */
function whole(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"sha256:\u2026"', `"sha256:${"0".repeat(64)}"`));
}

async function schemaOf(name: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await Deno.readTextFile(new URL(`docs/schemas/${name}.json`, ROOT)));
}

function inputsOf(action: string): readonly string[] {
  return Object.keys((load(action) as { inputs: object }).inputs);
}

interface Step {
  readonly uses?: string;
  readonly with?: object;
}

/** The steps of a workflow, of one job of it, or the steps alone. */
function stepsOf(value: unknown): readonly Step[] {
  if (Array.isArray(value)) return value;
  const { steps, jobs } = value as { steps?: readonly Step[]; jobs?: Readonly<Record<string, unknown>> };
  return [...steps ?? [], ...Object.values(jobs ?? {}).flatMap(stepsOf)];
}
