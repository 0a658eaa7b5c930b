import { Command } from "commander";
import { outputOption } from "../declare_options.ts";
import { layoutForms, referenceForms } from "../../oci/reference.ts";
import { byteSize } from "../byte_size.ts";
import { keyValue, repeated } from "../flag_parsers.ts";
import { addVerifyKeyFlag, type VerifyKeyFlags } from "../places/flags.ts";
import type { OutputFormat } from "../output/format_output.ts";
import type { RepositoryMapping } from "../../verbs/import/import_destinations.ts";
import { withExamples } from "../help/examples.ts";
import { addStoredFlags, type StoredFlags } from "../stored/commands.ts";

/** The flags of `export`, as they were given; what was not given is absent. */
export interface ExportFlags extends StoredFlags, VerifyKeyFlags {
  /** `false` for `--without-referrers`. */
  readonly withoutReferrers?: boolean;
  readonly volumeSize?: number;
  readonly have?: readonly string[];
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `export`. */
export function exportCommand(): Command {
  const command = new Command("export")
    .description("put artifacts from any repositories, with all that refers to them, into one layout to carry")
    .usage("[options] <reference...> <destination>")
    .argument(
      "<reference...>",
      `${referenceForms("[:TAG][@DIGEST]")}; the last is where it goes: ${layoutForms()}`,
    )
    .optionsGroup("Content:")
    .option("--without-referrers", "leave signatures, SBOMs and all else that refers to them behind")
    .option("--volume-size <size>", "split a tar into numbered files of at most this size, such as 4GiB", byteSize)
    .option("--have <path>", "leave out what the target has, as `gantry inventory` wrote it (repeatable)", repeated);
  addVerifyKeyFlag(command);
  addStoredFlags(command)
    .addOption(outputOption());
  return withExamples(command, [
    [
      "Two repositories and their signatures into one file",
      "gantry export oci://ghcr.io/acme/app:1.0.0 oci://ghcr.io/acme/db:2.1.0 oci-archive:bundle.tar",
    ],
    [
      "Into numbered files that fit on a medium",
      "gantry export oci://ghcr.io/acme/app:1.0.0 oci-archive:volumes.tar --volume-size 4GiB",
    ],
    [
      "Only what the isolated registry does not have yet",
      "gantry export oci://ghcr.io/acme/app:1.0.0 oci-archive:update.tar --have have.json",
    ],
  ]);
}

/** The flags of `import`, as they were given; what was not given is absent. */
export interface ImportFlags extends StoredFlags, VerifyKeyFlags {
  readonly map?: readonly RepositoryMapping[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly receipt?: string;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `import`. */
export function importCommand(): Command {
  const command = new Command("import")
    .description("bring an exported bundle into a registry, and contact nothing else")
    .argument("<source>", `${layoutForms()}; oci-archive:- is standard input`)
    .argument("<target>", "oci://HOST or oci://HOST/PREFIX; each artifact goes to its own repository below it")
    .optionsGroup("Content:")
    .option(
      "--map <from=to>",
      "put HOST/REPOSITORY, or all that begins with HOST/…, into another repository of the target (repeatable)",
      mapping,
    )
    .optionsGroup("Tags:")
    .option("--force", "let a version tag move")
    .optionsGroup("What happens:")
    .option("--dry-run", "show the plan and change nothing")
    .option("-y, --yes", "do not ask; on no terminal nothing is asked")
    .option("--receipt <path>", "write what is there afterwards to a file, as JSON");
  addVerifyKeyFlag(command);
  addStoredFlags(command)
    .addOption(outputOption());
  return withExamples(command, [
    ["What would happen; changes nothing", "gantry import oci-archive:bundle.tar oci://registry.site/mirror --dry-run"],
    [
      "Do it without a question, and keep a receipt",
      "gantry import oci-archive:bundle.tar oci://registry.site/mirror --yes --receipt receipt.json",
    ],
    [
      "From a connected machine through a pipe; the bundle is kept in a private directory meanwhile",
      "gantry export oci://ghcr.io/acme/app:1.0.0 oci-archive:- | gantry import oci-archive:- oci://registry.site/mirror --yes",
    ],
    [
      "Into other repositories",
      "gantry import oci-archive:bundle.tar oci://registry.site --map ghcr.io/acme=platform --yes",
    ],
  ]);
}

function mapping(text: string, before: readonly RepositoryMapping[] | undefined): readonly RepositoryMapping[] {
  return [...(before ?? []), keyValue(text)];
}

/** The flags of `inventory`, as they were given; what was not given is absent. */
export interface InventoryFlags extends StoredFlags {
  /** JSON when left out: it is for programs. */
  readonly output?: Exclude<OutputFormat, "text">;
}

/** Declares the arguments and flags of `inventory`. */
export function inventoryCommand(): Command {
  const command = new Command("inventory")
    .description("list every blob that a registry has, for `gantry export --have` on a connected machine")
    .argument("<place...>", "oci://HOST, oci://HOST/PREFIX or oci://HOST/REPOSITORY");
  addStoredFlags(command)
    .addOption(outputOption(["json", "yaml"], "what is printed (default json)"));
  return withExamples(command, [
    ["All of a registry that lists its repositories", "gantry inventory oci://registry.site > have.json"],
    ["Everything below a prefix", "gantry inventory oci://registry.site/mirror > have.json"],
    ["Two repositories", "gantry inventory oci://registry.site/acme/app oci://registry.site/acme/db > have.json"],
  ]);
}
