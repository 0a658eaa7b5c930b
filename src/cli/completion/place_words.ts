import { join } from "node:path";
import { OCI_LAYOUT_FILE } from "../../layout/oci_layout_file.ts";
import { PLACE_KINDS } from "../../oci/reference.ts";
import { readSmallText } from "../../system/read_small_file.ts";
import type { Completion, CompletionWord } from "./completion_word.ts";

/** How large an `index.json` may be that is looked at for its tags, in bytes. */
const INDEX_LIMIT = 4 * 1024 * 1024;

/** Files and directories that a begun path could be; hidden ones when it asks for them. */
export async function fileWords(
  begun: string,
  { only }: { readonly only: "all" | "directories" },
): Promise<Completion> {
  const at = begun.lastIndexOf("/") + 1;
  const before = begun.slice(0, at);
  const words: CompletionWord[] = [];
  for await (const { name, isDirectory } of entriesOf(before === "" ? "." : before)) {
    if (!name.startsWith(begun.slice(at)) || (name.startsWith(".") && !begun.slice(at).startsWith("."))) continue;
    if (isDirectory) words.push({ word: `${before}${name}/` });
    else if (only === "all") words.push({ word: `${before}${name}` });
  }
  words.sort((a, b) => a.word < b.word ? -1 : 1);
  return { words, goesOn: words.length === 1 && words[0]?.word.endsWith("/") === true };
}

/** Places that a begun reference could be: schemes, the paths of layouts, and the tags of a layout directory. */
export async function referenceWords(begun: string): Promise<Completion> {
  const kinds = Object.values(PLACE_KINDS);
  const kind = kinds.find(({ scheme, onDisk }) => onDisk !== undefined && begun.startsWith(scheme));
  if (kind === undefined) {
    const words = kinds.map(({ scheme, what }) => ({ word: scheme, help: what })).filter(({ word }) =>
      word.startsWith(begun)
    );
    return { words, goesOn: words.length > 0 };
  }
  const { scheme, onDisk } = kind;
  const rest = begun.slice(scheme.length);
  const colon = rest.lastIndexOf(":");
  if (colon > rest.lastIndexOf("/")) {
    if (onDisk !== "directory") return { words: [], goesOn: false };
    const path = rest.slice(0, colon);
    const words = (await tagsOf(path)).map((tag) => ({ word: `${scheme}${path}:${tag}` }));
    return { words: words.filter(({ word }) => word.startsWith(begun)), goesOn: false };
  }
  const words = onDisk === "directory" ? await layoutWords(rest) : (await fileWords(rest, { only: "all" })).words;
  return { words: words.map(({ word }) => ({ word: `${scheme}${word}` })), goesOn: true };
}

/** Directories on the way to a layout; what comes after a layout is a tag, and nothing that is in it. */
async function layoutWords(begun: string): Promise<readonly CompletionWord[]> {
  if (await isLayout(begun.slice(0, begun.lastIndexOf("/") + 1))) {
    return begun.endsWith("/") ? [{ word: `${begun}:` }] : [];
  }
  const { words } = await fileWords(begun, { only: "directories" });
  return await Promise.all(words.map(async ({ word }) => ({
    word: await isLayout(word) ? `${word.slice(0, -1)}:` : word,
  })));
}

/** Whether a directory has the file by which a layout is known. */
async function isLayout(directory: string): Promise<boolean> {
  return (await Deno.stat(join(directory, OCI_LAYOUT_FILE)).catch(() => undefined))?.isFile ?? false;
}

/** What is in a directory; nothing where it cannot be read, because nobody asked for an error. */
async function* entriesOf(
  directory: string,
): AsyncGenerator<{ readonly name: string; readonly isDirectory: boolean }, void, void> {
  try {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(directory)) {
      yield { name, isDirectory: isDirectory || (isSymlink && await leadsToDirectory(join(directory, name))) };
    }
  } catch {
    // There are no such files.
  }
}

async function leadsToDirectory(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isDirectory ?? false;
}

/** The tags that the index of a layout directory names; none where it is no layout. */
async function tagsOf(layout: string): Promise<readonly string[]> {
  try {
    const path = join(layout, "index.json");
    const { manifests } = JSON.parse(await readSmallText(path, INDEX_LIMIT));
    const names: readonly unknown[] = manifests.map((
      entry: { readonly annotations?: Readonly<Record<string, string>> },
    ) => entry.annotations?.["org.opencontainers.image.ref.name"]);
    // A name may be a whole reference, and what stands after its colon is the tag.
    return [...new Set(names.filter((name) => typeof name === "string" && /^[\w.-]+$/.test(name)) as string[])].sort();
  } catch {
    return [];
  }
}
