import { Command } from "commander";
import { outputOption } from "../declare_options.ts";
import { withExamples } from "../help/examples.ts";

/** Declares the flags of `consumers`. */
export function consumersCommand(): Command {
  const command = new Command("consumers")
    .description("list who can be asked for with --for: plan, push and inspect say whether they accept an artifact")
    .addOption(outputOption());
  return withExamples(command, [
    ["Who is known, in which version, and from where the rules are", "gantry consumers"],
    ["The same for a program", "gantry consumers -o json"],
    ["Ask two of them about what is published", "gantry inspect oci://ghcr.io/acme/app:1.0.0 --for flux,argocd"],
  ]);
}
