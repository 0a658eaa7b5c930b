import { Command } from "commander";
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

/** Declares `schema`. */
export function schemaCommand(): Command {
  const command = new Command("schema").description("print the JSON Schema of the configuration file");
  return withExamples(command, [
    ["For an editor that completes and checks", "gantry schema > gantry.schema.json"],
    ["Which keys there are", "gantry schema | jq '.properties | keys'"],
    ["What one of them means", "gantry schema | jq .properties.profile"],
  ]);
}

/** Declares `version`. */
export function versionCommand(): Command {
  const command = new Command("version").description("print the version of gantry and of what it runs on");
  return withExamples(command, [
    ["With the runtime and the platform", "gantry version"],
    ["The number alone", "gantry --version"],
    ["The number alone, for a script", "gantry version | cut -d ' ' -f 2"],
  ]);
}
