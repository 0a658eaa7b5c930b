import { Command } from "commander";
import { referenceForms } from "../../oci/reference.ts";
import { PUBLISHING } from "../../options/publishing.ts";
import { declareOptions, outputOption, type ParsedFlags } from "../declare_options.ts";
import { type Example, withExamples } from "../help/examples.ts";
import type { OutputFormat } from "../output/format_output.ts";
import { addRegistryFlags, type RegistryFlags } from "../places/flags.ts";

/** The flags of `push` and `plan`: those that say what is published, and those of the command line alone. */
export interface PublishFlags extends RegistryFlags {
  /** `false` when no configuration file is wanted. */
  readonly config?: string | false;
  readonly output?: OutputFormat;
  readonly digestFile?: string;
  readonly dotenv?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly dryRun?: boolean;
  readonly stages?: boolean;
  /** `false` when nothing has to be packed. */
  readonly digest?: boolean;
  /** What the table of options declares, by the names of its flags. */
  readonly [flag: string]: ParsedFlags[string];
}

/** Declares the arguments and flags that `push` and `plan` share. */
export function publishCommand(name: "push" | "plan"): Command {
  const command = new Command(name)
    .description(DESCRIPTIONS[name])
    .argument("[source]", "directory, file, tar or - for standard input")
    .argument("[target...]", referenceForms("[:TAG]"));
  for (const heading of ["Versions and tags:", "Content:", "Metadata:", "Signing:"]) {
    declareOptions(command, PUBLISHING, { heading });
  }
  addRegistryFlags(command);
  command
    .optionsGroup("Output:")
    .addOption(outputOption())
    .option("--config <path>", "configuration file (default: gantry.jsonc, .json, .yaml or .yml beside the source)")
    .option("--no-config", "read no configuration file")
    .option("-q, --quiet", "print nothing but results and errors")
    .option("-v, --verbose", "print what happens");
  if (name === "plan") {
    command.option("--no-digest", "show which files would be published, and pack nothing").option(
      "--stages",
      "show which plugins run in which order, and who decided each; loads them, but does not run them",
    );
  }
  if (name === "push") {
    command
      .option("--digest-file <path>", "write the digest to a file")
      .option("--dotenv <path>", "write digest, reference and tag to a file as variables, as a dotenv report of GitLab")
      .option("--dry-run", "show the plan; contact no registry");
  }
  return withExamples(command, EXAMPLES[name]);
}

const DESCRIPTIONS = {
  push: "package a source and publish it to every target",
  plan: "show what a push would publish; needs no network",
} as const;

const EXAMPLES: Readonly<Record<"push" | "plan", readonly Example[]>> = {
  push: [
    [
      "Kubernetes manifests for Flux, with a version that never moves and the tag latest",
      "gantry push ./deploy oci://ghcr.io/acme/app --profile flux --version 1.0.0 --latest",
    ],
    [
      "A Helm chart, with the version of its Chart.yaml; a Timoni module and policies are recognised as well",
      "gantry push ./chart oci://ghcr.io/acme/charts/web",
    ],
    [
      "What another program prints, to a registry and into a file for an air-gapped site, with one digest",
      "kustomize build ./deploy | gantry push - oci://ghcr.io/acme/app oci-archive:rendered.tar --version 2.0.0",
    ],
    [
      "Signed before anybody can see it, in the name of this job of GitHub or GitLab",
      "gantry push ./deploy oci://ghcr.io/acme/app --version 2.0.0 --sign-keyless",
    ],
  ],
  plan: [
    [
      "Which files go in, which are left out and why, every annotation and the digest",
      "gantry plan ./deploy oci://ghcr.io/acme/app --profile flux --version 1.0.0",
    ],
    [
      "Whether Flux and Argo CD would take it, and what to change if not",
      "gantry plan ./deploy --profile flux --version 1.0.0 --for flux,argocd",
    ],
    ["Which plugins run, in which order, and who decided each", "gantry plan ./deploy --stages"],
  ],
};
