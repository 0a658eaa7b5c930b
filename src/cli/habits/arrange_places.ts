import { isReference } from "../../oci/reference.ts";
import { gantryLayout, gantryPlace } from "./gantry_place.ts";

/** What a command line names, wherever it stood there. */
export interface NamedPlaces {
  /** The arguments, in the order in which they were typed. */
  readonly given: readonly string[];
  /** What a flag of the other tool has named as one of them. */
  readonly source?: string;
  readonly destination?: string;
  readonly version?: string;
  readonly tag?: string;
}

/** The arguments in gantry's order. */
export interface ArrangedPlaces {
  readonly words: readonly string[];
  /** Whether anything had to be changed. */
  readonly isForeign: boolean;
}

/**
 * Puts places, directories and tags where a command of gantry has them, each with its scheme.
 *
 * @param name The command.
 */
export function arrangePlaces(name: string, named: NamedPlaces): ArrangedPlaces {
  const words = arranged(name, named);
  // A source that nobody typed may stand in a configuration file.
  const typed = words.filter((word) => word !== UNKNOWN_SOURCE);
  return { words, isForeign: named.given.some((word, at) => word !== typed[at]) };
}

/** Stands in a line for the source that whoever typed it did not name. */
export const UNKNOWN_SOURCE = "SOURCE";

function arranged(name: string, { given, source, destination, version, tag }: NamedPlaces): readonly string[] {
  switch (name) {
    case "push":
    case "plan": {
      const targets = given.flatMap((word) => gantryPlace(word) ?? []);
      const sources = [...(source === undefined ? [] : [source]), ...given.filter((word) => !gantryPlace(word))];
      // More files than one are published by naming the directory that they lie in.
      const [first = UNKNOWN_SOURCE] = sources;
      if (name === "plan") return [...(sources.length === 0 ? [] : [first]), ...targets];
      if (destination !== undefined) targets.push(gantryPlaceOrLayout(destination));
      return [first, ...(targets.length === 0 ? ["oci://HOST/REPOSITORY"] : targets)];
    }
    case "diff":
      return [...given.map((word) => gantryPlace(word) ?? word), ...(source === undefined ? [] : [source])];
    case "pull": {
      const [place = "oci://HOST/REPOSITORY:TAG", directory = destination] = given;
      return [withTag(asPlace(place), version), ...(directory === undefined ? [] : [directory])];
    }
    case "tag": {
      const [place = "", ...names] = given;
      const tags = [...names, ...(tag === undefined ? [] : [tag])];
      // Docker and others want the whole name again.
      return [asPlace(place), ...tags.map((each) => each.includes("/") ? each.slice(each.lastIndexOf(":") + 1) : each)];
    }
    case "export": {
      const all = destination === undefined ? given : [...given, destination];
      const last = destination ?? (all.length > 1 ? all.at(-1) : undefined);
      const sources = all.slice(0, last === undefined ? all.length : -1).map(asPlace);
      return [
        ...(sources.length === 0 ? ["oci://HOST/REPOSITORY:TAG"] : sources),
        last === undefined ? "oci-archive:bundle.tar" : gantryPlaceOrLayout(last),
      ];
    }
    case "import": {
      const all = [
        ...(source === undefined ? [] : [source]),
        ...given,
        ...(destination === undefined ? [] : [destination]),
      ];
      const [first, second] = all.length === 1 && gantryPlace(all[0] ?? "")?.startsWith("oci://") ? [, all[0]] : all;
      const bundle = first === undefined ? "oci-archive:bundle.tar" : gantryPlaceOrLayout(first);
      return [bundle, second === undefined ? "oci://HOST/PREFIX" : repositoryOf(second)];
    }
    case "attach": {
      const [place = "", file = "FILE"] = given;
      // ORAS writes a type behind the file.
      return [asPlace(place), file.replace(/:[\w.+-]+\/[\w.+-]+$/, "")];
    }
    case "inventory":
      // A registry as a whole has no repository in its name.
      return given.map((word) => gantryPlace(word) ?? `oci://${word}`);
    case "copy":
    case "delete":
    case "inspect":
    case "list":
    case "sign":
    case "verify":
      return given.map((word, at) => at === 0 ? withTag(asPlace(word), version) : asPlace(word));
    default:
      return given;
  }
}

/** With a port, or this machine: other names may be those of files. */
const HOST_REGEXP = /^(?:localhost|(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+):\d+)\/?$/;

function asPlace(word: string): string {
  if (HOST_REGEXP.test(word)) return `oci://${word.replace(/\/$/, "")}/REPOSITORY`;
  return gantryPlace(word) ??
    (/^[a-z0-9]+(?:\/[a-z0-9]|:[\w.-]+$)/.test(word) ? `oci://HOST/${word}` : gantryLayout(word));
}

function gantryPlaceOrLayout(word: string): string {
  return isReference(word) ? word : gantryPlace(word) ?? gantryLayout(word);
}

/** An import goes to a registry or below a prefix, each artifact to the repository that it came from. */
function repositoryOf(word: string): string {
  const place = gantryPlace(word) ?? `oci://${word}`;
  // Behind the host alone, what follows a colon is its port.
  return place.replace(/^(oci:\/\/[^/]+\/.*?)[:@][^/]*$/, "$1");
}

function withTag(place: string, version: string | undefined): string {
  return version === undefined || /[:@][^/]*$/.test(place.replace(/^oci:\/\/[^/]*/, ""))
    ? place
    : `${place}:${version}`;
}
