import { CREATED_ANNOTATION, REVISION_ANNOTATION, SOURCE_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Factory, StageIO } from "../../pipeline/plugin.ts";
import type { Attributed } from "../../pipeline/values.ts";
import { agreedFacts } from "./ci/agreed_facts.ts";
import { type CiEnvironment, type NamedCommit, readCiFacts } from "./ci/facts.ts";
import { CI_SYSTEMS, type CiSystem } from "./ci/systems.ts";
import { CI_VARIABLES } from "./ci/variables.ts";
import { formatCreated, parseSourceDateEpoch } from "../../oci/created.ts";
import { readCheckout } from "./git/checkout.ts";
import { formatRevision, type RevisionStyle } from "./revision.ts";
import { type RevisionChoice, revisionChoice } from "./revision_choice.ts";

/** What {@linkcode ci} needs beyond environment variables. */
export interface CiMeans {
  /**
   * Reads the JSON file in which GitHub, Gitea and Forgejo describe the event, such as the head of a pull request.
   * Without it that file is not read.
   */
  readonly readEvent?: (path: string) => Promise<string | undefined>;
  /**
   * Where the files are. What the CI system says counts only as far as it is true of what is checked out there; without
   * a directory, all of it counts.
   */
  readonly directory?: string;
}

/**
 * The plugin `env`: knows what the environment of a CI system says: source, revision and creation time.
 *
 * `SOURCE_DATE_EPOCH` gives the creation time on any machine. The rest comes from the first CI system that is
 * recognised; values that cannot be used are passed over with a line for `-v`. Where another commit or another
 * repository is checked out than the one that the CI system names, it says so and leaves that to `git`.
 *
 * It throws a `SyntaxError` when `SOURCE_DATE_EPOCH` is malformed.
 */
export function ci(
  { readEvent = () => Promise.resolve(undefined), directory }: CiMeans = {},
): Factory<"annotate", RevisionChoice> {
  return (kit) =>
    kit.plugin({
      name: "env",
      version: "1.0.0",
      apiVersion: 1,
      stage: "annotate",
      description: "Knows source, revision and time from the variables of a CI system.",
      options: revisionChoice(kit),
      env: CI_VARIABLES,
      async run({ known }, { revision }, { env: variables, log }): Promise<StageIO["annotate"]["out"]> {
        const epochSeconds = parseSourceDateEpoch(variables["SOURCE_DATE_EPOCH"] ?? "");
        const system = CI_SYSTEMS.find((candidate) => isOn(candidate, variables));
        const said = system && await readCiFacts(system, { variables, log, readEvent: once(readEvent) });
        const checkout = said && directory !== undefined ? await readCheckout(directory, log) : undefined;
        // What the user gives counts whatever is checked out, and then there is nothing to say.
        const isGiven = SOURCE_ANNOTATION in known && REVISION_ANNOTATION in known;
        const facts = said && agreedFacts(said, checkout, (line) => log[isGiven ? "debug" : "info"](line));
        const created = epochSeconds === undefined
          ? facts?.time
          : { value: formatCreated(epochSeconds), from: "SOURCE_DATE_EPOCH" };
        const written = facts?.commit && writeRevision(facts.commit, revision);
        return {
          set: {
            ...(facts?.source && { [SOURCE_ANNOTATION]: facts.source }),
            ...(written && { [REVISION_ANNOTATION]: written }),
            ...(created && { [CREATED_ANNOTATION]: created }),
          },
        };
      },
    });
}

function isOn(system: CiSystem, variables: CiEnvironment["variables"]): boolean {
  return Object.entries(system.detect).every(([name, pattern]) => pattern.test(variables[name] ?? ""));
}

function writeRevision({ commit, branch, tag }: NamedCommit, style: RevisionStyle): Attributed {
  const named = style === "flux" ? tag ?? branch : undefined;
  return {
    value: formatRevision({ style, commit: commit.value, tag: tag?.value, branch: branch?.value }),
    from: named === undefined ? commit.from : `${commit.from}, ${named.from}`,
  };
}

/** Several facts are in one file; it is read for the first of them only. */
function once(read: CiEnvironment["readEvent"]): CiEnvironment["readEvent"] {
  const texts = new Map<string, Promise<string | undefined>>();
  return (path) => {
    const text = texts.get(path) ?? read(path);
    texts.set(path, text);
    return text;
  };
}
