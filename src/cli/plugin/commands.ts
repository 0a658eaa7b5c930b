import { Command, Option } from "commander";
import { outputOption } from "../declare_options.ts";
import { withExamples } from "../help/examples.ts";
import { TEMPLATE_LANGUAGES, TEMPLATE_STAGES } from "./init/templates.ts";

/** Declares `plugin` and what is below it. */
export function pluginCommand(): Command {
  const command = new Command("plugin").description("begin, list, look at, test and build plugins");
  const add = (below: Command): void => void command.addCommand(below);
  add(
    withExamples(
      new Command("list")
        .description("list the plugins in this gantry and those that the configuration names; runs none of them")
        .argument("[source]", "where the configuration is looked for", ".")
        .option("--config <path>", "configuration file (default: gantry.jsonc, .json, .yaml or .yml beside the source)")
        .option("--no-config", "read no configuration file")
        .addOption(outputOption()),
      [
        ["Those in this gantry, and those that ./deploy configures", "gantry plugin list ./deploy"],
        ["Those in this gantry alone", "gantry plugin list --no-config"],
        ["For a program", "gantry plugin list -o json"],
      ],
    ),
  );
  add(
    withExamples(
      new Command("info")
        .description("show what a plugin is and which options it has; loads it, but does not run it")
        .argument("<plugin>", "a name, ./FILE, npm:PACKAGE, jsr:PACKAGE or exec:PROGRAM")
        .addOption(outputOption()),
      [
        ["What a file of yours is, and which options it has", "gantry plugin info ./plugins/no_drafts.ts"],
        ["A plugin that gantry brings", "gantry plugin info ignore"],
        ["A program in any language", "gantry plugin info exec:./plugins/policy.sh"],
      ],
    ),
  );
  add(
    withExamples(
      new Command("test")
        .description("run a plugin twice on a fixture, and compare what it gives")
        .argument("<plugin>", "./FILE, npm:PACKAGE, jsr:PACKAGE or exec:PROGRAM")
        .option("--fixture <directory>", "what is published (default: a few files, a Secret among them)")
        .option("--options <json>", "the plugin's options as JSON, or @FILE")
        .option("--golden <path>", "what the output must be (default: FILE.golden.json, when it is there)")
        .option("--update", "write the golden file")
        .addOption(outputOption(["json"], "what is printed; always JSON"))
        .option("-v, --verbose", "print what happens"),
      [
        [
          "Twice on a few files: is the result the same, and as the contract says?",
          "gantry plugin test ./plugins/no_drafts.ts",
        ],
        [
          "With options, on files of your own",
          'gantry plugin test ./plugins/no_drafts.ts --fixture ./deploy --options \'{"suffix":".draft.yaml"}\'',
        ],
        ["Keep what it gives, and compare from now on", "gantry plugin test ./plugins/no_drafts.ts --update"],
      ],
    ),
  );
  add(
    withExamples(
      new Command("build")
        .description("make one .mjs of a plugin, without types and without imports, for the compiled gantry")
        .argument("<file>", "a .ts, .js or .mjs file; under deno run a package as well, as npm:… or jsr:…")
        .option("-o, --output <file>", "where it goes; when left out, FILE with the suffix .mjs"),
      [
        ["To plugins/no_drafts.mjs", "gantry plugin build ./plugins/no_drafts.ts"],
        ["Somewhere else", "gantry plugin build ./plugins/no_drafts.ts -o ./dist/no_drafts.mjs"],
        ["And use it once", "gantry plugin info ./plugins/no_drafts.ts"],
      ],
    ),
  );
  add(
    withExamples(
      new Command("init")
        .description("begin a plugin: its file, what it gives, its types, and a configuration that uses it")
        .argument("<name>", "words with dashes between them, such as no-drafts")
        .addOption(new Option("--stage <stage>", "where it stands").choices(TEMPLATE_STAGES).default("filter"))
        .addOption(
          new Option("--language <language>", "what it is written in").choices(TEMPLATE_LANGUAGES).default("ts"),
        )
        .option("--directory <path>", "where it goes", "plugins"),
      [
        ["A filter in TypeScript, which leaves out drafts", "gantry plugin init drafts"],
        ["A gate in a shell script", "gantry plugin init readme --stage before:archive --language sh"],
        ["Metadata, in Python", "gantry plugin init files --stage annotate --language python"],
      ],
    ),
  );
  add(
    withExamples(
      new Command("types")
        .description("print the types of the plugins' contract, for an editor and deno check"),
      [
        ["Beside your plugins, without a checkout of gantry", "gantry plugin types > gantry.d.ts"],
        ["What an entry is", "gantry plugin types | grep -A 20 'interface Entry'"],
        ["What each stage takes and gives", "gantry plugin types | grep -A 90 'interface StageIO'"],
      ],
    ),
  );
  return withExamples(command, [
    ["Which plugins there are", "gantry plugin list"],
    ["What one of them takes", "gantry plugin info ./plugins/no_drafts.ts"],
    ["Whether it keeps the contract", "gantry plugin test ./plugins/no_drafts.ts"],
  ]);
}
