import { Command } from "commander";
import { outputOption } from "../declare_options.ts";
import type { OutputFormat } from "../output/format_output.ts";
import { withExamples } from "./examples.ts";
import { TOPICS } from "./topics.ts";

/** Declares `help`. What it prints is put together in `run.ts`, since a command knows only what is right below it. */
export function helpCommand(): Command {
  const command = new Command("help")
    .description(`explain a command or a topic (${TOPICS.join(", ")})`)
    .helpGroup("Help:")
    .argument("[command...]", "a command, or a topic");
  return withExamples(command, [
    ["All flags of a command", "gantry help push"],
    ["How to reach a registry: credentials, TLS, proxies", "gantry help registry"],
    ["What you type today in flux, helm, oras and others, and what you type here", "gantry help migrate"],
  ]);
}

/** The flags of `schema`. */
export interface SchemaFlags {
  readonly output?: "json" | "yaml";
}

/** Declares `schema`. */
export function schemaCommand(): Command {
  const command = new Command("schema")
    .description("print the JSON Schema of the configuration file")
    .addOption(outputOption(["json", "yaml"], "what is printed (default json)"));
  return withExamples(command, [
    ["For an editor that completes and checks", "gantry schema > gantry.schema.json"],
    ["Which keys there are", "gantry schema | jq '.properties | keys'"],
    ["What one of them means", "gantry schema | jq .properties.profile"],
  ]);
}

/** The flags of `version`. */
export interface VersionFlags {
  readonly output?: OutputFormat;
}

/** Declares `version`. */
export function versionCommand(): Command {
  const command = new Command("version")
    .description("print the version of gantry and of what it runs on")
    .addOption(outputOption());
  return withExamples(command, [
    ["With the runtime and the platform", "gantry version"],
    ["The number alone", "gantry --version"],
    ["For a program", "gantry version -o json"],
  ]);
}
