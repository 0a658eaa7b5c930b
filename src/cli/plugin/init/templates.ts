/** What a new plugin begins with: small, whole, and right as it stands. */

/** The stages that there is a beginning for. A target takes more than one question and one answer: see the examples. */
export const TEMPLATE_STAGES = [
  "collect",
  "filter",
  "archive",
  "annotate",
  "tag",
  "before:archive",
  "after:tag",
] as const;

/** One of {@linkcode TEMPLATE_STAGES}. */
export type TemplateStage = typeof TEMPLATE_STAGES[number];

/** The languages of {@linkcode pluginText}. */
export const TEMPLATE_LANGUAGES = ["ts", "sh", "python"] as const;

/** One of {@linkcode TEMPLATE_LANGUAGES}. */
export type TemplateLanguage = typeof TEMPLATE_LANGUAGES[number];

/** Which plugin is wanted. */
export interface WantedPlugin {
  /** The last part of its name, such as `no-drafts`. */
  readonly name: string;
  readonly stage: TemplateStage;
  readonly language: TemplateLanguage;
}

/** Writes the source of a new plugin. */
export function pluginText(wanted: WantedPlugin): string {
  switch (wanted.language) {
    case "ts":
      return typescript(wanted);
    case "sh":
      return shell(wanted);
    case "python":
      return python(wanted);
  }
}

/** What it does, as a sentence. */
const DOES: Readonly<Record<TemplateStage, string>> = {
  "collect": "Adds a file.",
  "filter": "Leaves out files by the end of their names.",
  "archive": "Packs all files into one layer.",
  "annotate": "Says how many files there are.",
  "tag": "Tags the artifact with the first characters of its digest.",
  "before:archive": "Stops a publication without a README.",
  "after:tag": "Says what was published.",
};

/** `run` in TypeScript, and the options that it takes. */
const RUN: Readonly<Record<TemplateStage, { readonly options: string; readonly run: string }>> = {
  "collect": {
    options: 'path: kit.z.string().min(1).default("NOTICE").describe("What the file is called."),',
    run: `run(_source, { path }, context) {
      return { entries: [context.entry(path, "Published with gantry.\\n")] };
    },`,
  },
  "filter": {
    options:
      'suffix: kit.z.string().min(1).default(".draft.yaml").describe("How the names of files that are left out end."),',
    run: `run({ entries }, { suffix }) {
      // To look into a file: await new Response(entry.open()).text()
      const unwanted = entries.filter(({ path }) => path.endsWith(suffix));
      return { drop: unwanted.map(({ path }) => ({ path, reason: \`ends in \${suffix}\` })) };
    },`,
  },
  "archive": {
    options: "",
    run: `async run({ entries }, _options, context) {
      return { artifactType: "application/vnd.acme.example", layers: [await context.layer(entries)] };
    },`,
  },
  "annotate": {
    options: 'key: kit.z.string().min(1).default("com.example.files").describe("The annotation."),',
    run: `run({ entries }, { key }) {
      return { set: { [key]: String(entries.filter(({ kind }) => kind === "file").length) } };
    },`,
  },
  "tag": {
    options: 'length: kit.z.int().min(4).max(64).default(12).describe("How many characters."),',
    run: `run({ digest }, { length }) {
      return { tags: [digest.slice("sha256:".length).slice(0, length)] };
    },`,
  },
  "before:archive": {
    options: 'name: kit.z.string().min(1).default("README.md").describe("The file that there must be."),',
    run: `run({ entries }, { name }, context) {
      if (entries.some(({ path }) => path === name)) return;
      context.log.warn(\`There is no \${name}\`);
      // To stop the publication: context.fail("NO_README", \`There is no \${name}\`, { hint: "write one" });
    },`,
  },
  "after:tag": {
    options: "",
    run: `run({ manifest, published }, _options, context) {
      for (const { url } of published) context.log.info(\`\${url}@\${manifest.descriptor.digest}\`);
    },`,
  },
};

function typescript({ name, stage }: WantedPlugin): string {
  const { options, run } = RUN[stage];
  return `import type { Kit, PluginFactory } from "@gantry/gantry/plugin";

export default ((kit: Kit) =>
  kit.plugin({
    name: "local:${name}",
    version: "0.1.0",
    apiVersion: 1,
    stage: "${stage}",
    description: "${DOES[stage]}",
    options: kit.z.strictObject({${options === "" ? "" : `\n      ${options}\n    `}}),
    ${run}
  })) satisfies PluginFactory;
`;
}

/** What packs is more than a few lines in a language without gantry's own tar. */
export function hasTemplate({ stage, language }: Pick<WantedPlugin, "stage" | "language">): boolean {
  return stage !== "archive" || language === "ts";
}

type ProgramStage = Exclude<TemplateStage, "archive">;

/** What a shell script does with the request on standard input. */
const SHELL: Readonly<Record<ProgramStage, string>> = {
  "collect": `directory=$(jq -r .context.outputDirectory)
  echo "Published with gantry." >"$directory/NOTICE"
  jq -n '{ output: { entries: [{ path: "NOTICE", file: "NOTICE" }] } }'`,
  "filter": `jq '{ output: { drop: [
    .input.entries[] | select(.path | endswith(".draft.yaml")) | { path, reason: "ends in .draft.yaml" }
  ] } }'`,
  "annotate": `jq '{ output: { set: {
    "com.example.files": ([.input.entries[] | select(.kind == "file")] | length | tostring)
  } } }'`,
  "tag": `jq '{ output: { tags: [.input.digest[7:19]] } }'`,
  "before:archive": `jq 'if any(.input.entries[]; .path == "README.md") then {}
    else { results: [{ severity: "warning", message: "There is no README.md" }] } end'`,
  "after:tag": `jq '{ results: [.input.published[] | { severity: "info", message: .url }] }'`,
};

function metadata({ name, stage }: WantedPlugin): string {
  return JSON.stringify(
    { protocol: [1], name: `local:${name}`, version: "0.1.0", stage, description: DOES[stage] },
    undefined,
    2,
  );
}

function shell(wanted: WantedPlugin): string {
  return `#!/bin/sh
# ${DOES[wanted.stage]} Needs jq. gantry calls it with "metadata" or "run": docs/exec-plugins.md.
set -eu

case \${1-} in
metadata)
  cat <<'END'
${metadata(wanted)}
END
  ;;
run)
  # The request is JSON on standard input, and so is the answer on standard output.
  ${SHELL[wanted.stage as ProgramStage]}
  ;;
*)
  echo "usage: $0 metadata|run" >&2
  exit 2
  ;;
esac
`;
}

/** The same in Python, over the request in `request`. */
const PYTHON: Readonly<Record<ProgramStage, string>> = {
  "collect": `with open(request["context"]["outputDirectory"] + "/NOTICE", "w") as notice:
        notice.write("Published with gantry.\\n")
    return {"output": {"entries": [{"path": "NOTICE", "file": "NOTICE"}]}}`,
  "filter": `entries = request["input"]["entries"]
    unwanted = [entry["path"] for entry in entries if entry["path"].endswith(".draft.yaml")]
    return {"output": {"drop": [{"path": path, "reason": "ends in .draft.yaml"} for path in unwanted]}}`,
  "annotate": `files = [entry for entry in request["input"]["entries"] if entry["kind"] == "file"]
    return {"output": {"set": {"com.example.files": str(len(files))}}}`,
  "tag": 'return {"output": {"tags": [request["input"]["digest"][7:19]]}}',
  "before:archive": `if any(entry["path"] == "README.md" for entry in request["input"]["entries"]):
        return {}
    return {"results": [{"severity": "warning", "message": "There is no README.md"}]}`,
  "after:tag": `published = request["input"]["published"]
    return {"results": [{"severity": "info", "message": place["url"]} for place in published]}`,
};

function python(wanted: WantedPlugin): string {
  return `#!/usr/bin/env python3
"""${DOES[wanted.stage]} gantry calls it with "metadata" or "run": docs/exec-plugins.md."""
import json
import sys

METADATA = ${metadata(wanted)}


def run(request):
    ${PYTHON[wanted.stage as ProgramStage]}


if sys.argv[1:] == ["metadata"]:
    json.dump(METADATA, sys.stdout)
elif sys.argv[1:] == ["run"]:
    json.dump(run(json.load(sys.stdin)), sys.stdout)
else:
    sys.exit(f"usage: {sys.argv[0]} metadata|run")
`;
}
