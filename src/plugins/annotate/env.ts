import { CREATED_ANNOTATION, REVISION_ANNOTATION, SOURCE_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Annotator } from "../../pipeline/plugin.ts";
import type { Attributed } from "../../pipeline/values.ts";
import { type CiFacts, readCiFacts } from "./ci_facts.ts";
import { CI_SYSTEMS, type CiSystem, type Place } from "./ci_systems.ts";
import { formatCreated, parseSourceDateEpoch } from "./created.ts";
import { formatRevision, type RevisionStyle } from "./revision.ts";

/** Options of {@linkcode env}. */
export interface EnvOptions {
  /** Environment variables by name; only those in {@linkcode CI_VARIABLES} are looked at. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /**
   * Reads the JSON file in which GitHub, Gitea and Forgejo describe the event, such as the head of a pull request.
   * Without it that file is not read.
   */
  readonly readEvent?: (path: string) => Promise<string | undefined>;
  /** How the revision is written. */
  readonly revision: RevisionStyle;
}

/** Every variable that {@linkcode env} may look at, sorted, so that permissions can be written out. */
export const CI_VARIABLES: readonly string[] = [
  ...new Set(["SOURCE_DATE_EPOCH", ...CI_SYSTEMS.flatMap(variablesOf)]),
].sort();

/**
 * Makes an annotator that knows what the environment says: source, revision and creation time.
 *
 * `SOURCE_DATE_EPOCH` gives the creation time on any machine. The rest comes from the first CI system that is
 * recognised; values that cannot be used are passed over with a line for `-v`.
 *
 * Annotating throws a `SyntaxError` when `SOURCE_DATE_EPOCH` is malformed.
 */
export function env({ variables, readEvent, revision }: EnvOptions): Annotator {
  return {
    name: "env",
    async annotate(_archive, _known, { log }): Promise<Readonly<Record<string, Attributed>>> {
      const epochSeconds = parseSourceDateEpoch(variables["SOURCE_DATE_EPOCH"] ?? "");
      const system = CI_SYSTEMS.find((candidate) => isOn(candidate, variables));
      const facts = system &&
        await readCiFacts(system, { variables, log, readEvent: once(readEvent ?? (() => Promise.resolve(undefined))) });
      const created = epochSeconds === undefined
        ? facts?.time
        : { value: formatCreated(epochSeconds), from: "SOURCE_DATE_EPOCH" };
      const written = facts && writeRevision(facts, revision);
      return {
        ...(facts?.source && { [SOURCE_ANNOTATION]: facts.source }),
        ...(written && { [REVISION_ANNOTATION]: written }),
        ...(created && { [CREATED_ANNOTATION]: created }),
      };
    },
  };
}

function isOn(system: CiSystem, variables: EnvOptions["variables"]): boolean {
  return Object.entries(system.detect).every(([name, pattern]) => pattern.test(variables[name] ?? ""));
}

function writeRevision({ commit, branch, tag }: CiFacts, style: RevisionStyle): Attributed | undefined {
  if (commit === undefined) return undefined;
  const named = style === "flux" ? tag ?? branch : undefined;
  return {
    value: formatRevision({ style, commit: commit.value, tag: tag?.value, branch: branch?.value }),
    from: named === undefined ? commit.from : `${commit.from}, ${named.from}`,
  };
}

/** Several facts are in one file; it is read for the first of them only. */
function once(read: NonNullable<EnvOptions["readEvent"]>): NonNullable<EnvOptions["readEvent"]> {
  const texts = new Map<string, Promise<string | undefined>>();
  return (path) => {
    const text = texts.get(path) ?? read(path);
    texts.set(path, text);
    return text;
  };
}

function variablesOf(system: CiSystem): readonly string[] {
  const { source, commit, branch, tag, time } = system;
  return [...Object.keys(system.detect), ...[source, commit, branch, tag, time].flat().flatMap(variablesOfPlace)];
}

function variablesOfPlace({ name, when, unless }: Place): readonly string[] {
  return [name, when?.[0] ?? [], unless?.[0] ?? []].flat();
}
