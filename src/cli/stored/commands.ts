import { Command, Option } from "commander";
import { referenceForms } from "../../oci/reference.ts";
import type { LinkPolicy, NamePolicy } from "../../extract/extraction_rules.ts";
import { PUBLISHING, type Publishing, type PublishingName } from "../../options/publishing.ts";
import { byteSize } from "../byte_size.ts";
import { declareOptions, outputOption } from "../declare_options.ts";
import { withExamples } from "../help/examples.ts";
import { platform, repeated, wholeNumberFlag } from "../flag_parsers.ts";
import { addRegistryFlags, addVerifyKeyFlag, type RegistryFlags, type VerifyKeyFlags } from "../places/flags.ts";
import type { OutputFormat } from "../output/format_output.ts";

/** The flags of every command that works with what was published already; what was not given is absent. */
export interface StoredFlags extends RegistryFlags {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Declares the flags of {@linkcode StoredFlags}. */
export function addStoredFlags(command: Command): Command {
  addRegistryFlags(command);
  return command
    .optionsGroup("Output:")
    .option("-q, --quiet", "print nothing but results and errors")
    .option("-v, --verbose", "print what happens");
}

/** The flags of `pull`, as they were given; what was not given is absent. */
export interface PullFlags extends StoredFlags, VerifyKeyFlags {
  readonly layerType?: readonly string[];
  readonly platform?: string;
  readonly outputArchive?: string;
  readonly overwrite?: boolean;
  readonly names?: NamePolicy;
  readonly symlinks?: LinkPolicy;
  readonly maxSize?: number;
  readonly maxEntries?: number;
  readonly maxRatio?: number;
  readonly maxPathLength?: number;
  readonly maxDepth?: number;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `pull`. */
export function pullCommand(): Command {
  const command = new Command("pull")
    .description("verify an artifact and extract it safely")
    .argument("<reference>", referenceForms("[:TAG][@DIGEST]"))
    .argument("[directory]", "where its files go; made if absent")
    .optionsGroup("Content:")
    .option("--layer-type <type>", "only layers of this media type or digest; repeatable", repeated)
    .option("--platform <os/arch>", "which manifest of an index, such as linux/amd64", platform)
    .option("--output-archive <file>", "write one layer to a file as it is, instead of extracting")
    .option("--overwrite", "replace files that are there with other content")
    .optionsGroup("Safety:")
    .addOption(
      new Option(
        "--names <policy>",
        "names that every system can hold and tell apart, or any that this one can (default any)",
      )
        .choices(["portable", "any"]),
    )
    .addOption(
      new Option("--symlinks <policy>", "links that stay inside (default keep for images, error for all else)")
        .choices(["keep", "skip", "error"]),
    )
    .option("--max-size <bytes>", "how much it may unpack to (default 10GiB)", byteSize)
    .option(
      "--max-entries <number>",
      "how many files and directories (default 100000)",
      wholeNumberFlag(1, 999_999_999),
    )
    .option(
      "--max-ratio <number>",
      "how many times its size an archive may unpack to (default 1000)",
      wholeNumberFlag(1, 999_999_999),
    )
    .option("--max-path-length <bytes>", "how long a path may be (default 1024)", wholeNumberFlag(1, 65_536))
    .option("--max-depth <number>", "how many parts a path may have (default 100)", wholeNumberFlag(1, 1000));
  addVerifyKeyFlag(command);
  addStoredFlags(command)
    .addOption(outputOption());
  return withExamples(command, [
    ["Into a directory, which is made; nothing is overwritten", "gantry pull oci://ghcr.io/acme/app:1.0.0 ./app"],
    [
      "By the digest, so that it can be nothing else; from a file that came over an air gap",
      "gantry pull oci-archive:app.tar@sha256:DIGEST ./app",
    ],
    [
      "One layer as it is, instead of its files",
      "gantry pull oci://ghcr.io/acme/app:1.0.0 --output-archive app.tar.gz",
    ],
  ]);
}

/** The flags of `list`, as they were given; what was not given is absent. */
export interface ListFlags extends StoredFlags {
  readonly all?: boolean;
  readonly filterSemver?: string;
  readonly filterRegex?: string;
  readonly limit?: number;
  readonly wide?: boolean;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `list`. */
export function listCommand(): Command {
  const command = new Command("list")
    .description("list the versions in a repository, the highest first")
    .argument("<repository>", referenceForms())
    .optionsGroup("Content:")
    .option("--all", "also tags that are no versions")
    .option("--filter-semver <range>", 'only versions in this range, such as "^1.2" or ">=1.0.0 <3"')
    .option("--filter-regex <expression>", "only tags in which this is found, be they versions or not")
    .option(
      "--wide",
      "also when each was made, of which revision, how big it is and of what type; reads every manifest",
    )
    .option("--limit <number>", "no more than so many; 0 for all (default)", wholeNumberFlag(0, 999_999_999));
  addStoredFlags(command)
    .addOption(outputOption());
  return withExamples(command, [
    ["Versions and their digests, the highest first", "gantry list oci://ghcr.io/acme/app"],
    [
      "The newest version below 2, for a script",
      "gantry list oci://ghcr.io/acme/app --filter-semver '^1' --limit 1 -o json",
    ],
    ["Every tag of a layout", "gantry list oci-layout:./out --all"],
  ]);
}

/** The flags of `inspect`, as they were given; what was not given is absent. */
export interface InspectFlags extends StoredFlags {
  readonly files?: boolean;
  readonly referrers?: boolean;
  readonly for?: readonly string[];
  readonly raw?: boolean;
  readonly platform?: string;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `inspect`. */
export function inspectCommand(): Command {
  const command = new Command("inspect")
    .description("show what was published")
    .argument("<reference>", referenceForms("[:TAG][@DIGEST]"))
    .optionsGroup("Content:")
    .option("--files", "also the files in its layers")
    .option("--referrers", "also what refers to it: signatures, SBOMs and the like")
    .option(
      "--for <consumer,...>",
      'whether they accept it, such as flux,argocd; see "gantry consumers"; repeatable',
      repeated,
    )
    .option("--raw", "the exact bytes of the manifest, and nothing else")
    .option("--platform <os/arch>", "which manifest of an index, such as linux/amd64", platform);
  addStoredFlags(command)
    .addOption(outputOption());
  return withExamples(command, [
    ["Manifest, annotations and layers", "gantry inspect oci://ghcr.io/acme/app:1.0.0"],
    [
      "With the files in its layers, and with its signatures and SBOMs",
      "gantry inspect oci://ghcr.io/acme/app:1.0.0 --files --referrers",
    ],
    ["Whether Argo CD takes it, and what to change if not", "gantry inspect oci://ghcr.io/acme/app:1.0.0 --for argocd"],
  ]);
}

/** The flags of `diff`, as they were given; what was not given is absent. */
export interface DiffFlags extends StoredFlags, VerifyKeyFlags, Pick<Publishing, typeof PACKING[number]> {
  readonly text?: boolean;
  readonly unified?: number;
  readonly platform?: string;
  /** `false` when no configuration file is wanted. */
  readonly config?: string | false;
  readonly output?: OutputFormat;
}

/** What decides which files of a directory a push would pack. */
const PACKING = ["profile", "ignore", "ignoreFile", "defaultIgnores", "symlinks"] as const satisfies PublishingName[];

/** Declares the arguments and flags of `diff`. */
export function diffCommand(): Command {
  const command = new Command("diff")
    .description("compare the files of two artifacts or directories: exit code 0 when they are the same, 1 when not")
    .argument("<a>", `${referenceForms("[:TAG][@DIGEST]")}; or a directory`)
    .argument("<b>", "the same")
    .optionsGroup("Content:")
    .option("--text", "also the lines that differ, as a unified diff")
    .option(
      "-U, --unified <lines>",
      "the same, with so many lines of context (default 3)",
      wholeNumberFlag(0, 1_000_000),
    )
    .option("--platform <os/arch>", "which manifest of an index, such as linux/amd64", platform);
  declareOptions(command, PUBLISHING, {
    heading: "What a push of a directory would publish:",
    only: PACKING,
    help: { profile: "its profile (default: that of the artifact)" },
  });
  command
    .option("--config <path>", "configuration file (default: gantry.jsonc, .json, .yaml or .yml in the directory)")
    .option("--no-config", "read no configuration file");
  addVerifyKeyFlag(command);
  addStoredFlags(command)
    .addOption(outputOption());
  return withExamples(command, [
    [
      "What a push of this directory would change, with the lines",
      "gantry diff oci://ghcr.io/acme/app:1.0.0 ./deploy --text",
    ],
    ["What changed between two versions", "gantry diff oci://ghcr.io/acme/app:1.0.0 oci://ghcr.io/acme/app:1.1.0"],
    [
      "What differs on the two sides of an air gap; only the exit code says it",
      "gantry diff oci://ghcr.io/acme/app:1.0.0 oci://registry.site/acme/app:1.0.0 -q",
    ],
  ]);
}

/** The flags of `tag`, as they were given; what was not given is absent. */
export interface TagFlags extends StoredFlags {
  readonly force?: boolean;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `tag`. */
export function tagCommand(): Command {
  const command = new Command("tag")
    .description("give more names to what was published")
    .argument("<reference>", referenceForms(":TAG or …@DIGEST"))
    .argument("<tag...>", "the names")
    .optionsGroup("Tags:")
    .option("--force", "let a version tag move");
  addStoredFlags(command)
    .addOption(outputOption());
  return withExamples(command, [
    ["Another name for a version", "gantry tag oci://ghcr.io/acme/app:1.0.0 stable"],
    ["Several at once, by the digest", "gantry tag oci://ghcr.io/acme/app@sha256:DIGEST staging approved"],
    ["In a layout", "gantry tag oci-layout:./out:1.0.0 latest"],
  ]);
}

/** The flags of `delete`, as they were given; what was not given is absent. */
export interface DeleteFlags extends StoredFlags {
  readonly yes?: boolean;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `delete`. */
export function deleteCommand(): Command {
  const command = new Command("delete")
    .description("take away a tag, or a manifest with all of its tags")
    .argument("<reference>", "…:TAG for a tag alone, …@DIGEST for a manifest")
    .optionsGroup("Safety:")
    .option("-y, --yes", "do not ask; needed where there is no terminal");
  addStoredFlags(command)
    .addOption(outputOption());
  return withExamples(command, [
    ["One tag; asks first", "gantry delete oci://ghcr.io/acme/app:stable"],
    [
      "A manifest and every tag that stands at it, without a question",
      "gantry delete oci://ghcr.io/acme/app@sha256:DIGEST --yes",
    ],
    ["From a layout", "gantry delete oci-layout:./out:1.0.0 --yes"],
  ]);
}

/** The flags of `copy`, as they were given; what was not given is absent. */
export interface CopyFlags extends StoredFlags, VerifyKeyFlags {
  readonly allTags?: boolean;
  readonly referrers?: boolean;
  readonly force?: boolean;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `copy`. */
export function copyCommand(): Command {
  const command = new Command("copy")
    .description("copy what was published from one place to others")
    .argument("<source>", referenceForms("[:TAG][@DIGEST]"))
    .argument("<destination...>", "the same; without a tag it gets the source's")
    .optionsGroup("Content:")
    .option("--all-tags", "every tag of the source")
    .option("--referrers", "also what refers to it: signatures, SBOMs and the like")
    .optionsGroup("Tags:")
    .option("--force", "let a version tag move");
  addVerifyKeyFlag(command);
  addStoredFlags(command)
    .addOption(outputOption());
  return withExamples(command, [
    [
      "To another registry, with signatures and SBOMs",
      "gantry copy oci://ghcr.io/acme/app:1.0.0 oci://registry.site/acme/app --referrers",
    ],
    ["Every tag, into a layout", "gantry copy --all-tags oci://ghcr.io/acme/app oci-layout:./app-layout"],
    [
      "To two places, with another tag in one of them",
      "gantry copy oci://ghcr.io/acme/app:1.0.0 oci-archive:copy.tar oci://registry.site/acme/app:approved",
    ],
  ]);
}
