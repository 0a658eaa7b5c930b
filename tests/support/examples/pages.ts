/** The pages that people read, and the blocks of code in them. */

/** A block of code between fences. */
export interface Block {
  /** The file, from the root of the repository. */
  readonly page: string;
  /** The line that the block begins at. */
  readonly line: number;
  /** What stands behind the fence; empty when nothing does. */
  readonly language: string;
  /** Without the indentation of a list that it stands in. */
  readonly text: string;
}

const ROOT = new URL("../../../", import.meta.url);
const BLOCK_REGEXP = /^( *)```(\w*)\n(.*?)^ *```$/gms;

/** The names of all pages, sorted. */
export async function pageNames(): Promise<readonly string[]> {
  return ["README.md", ...await markdownBelow("docs"), ...await markdownBelow("examples")].sort();
}

async function markdownBelow(directory: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(directory, ROOT)));
  const files = await Promise.all(entries.map(async ({ name, isDirectory }) => {
    const path = `${directory}/${name}`;
    return isDirectory ? await markdownBelow(path) : name.endsWith(".md") ? [path] : [];
  }));
  return files.flat();
}

/** The text of a page. */
export async function readPage(page: string): Promise<string> {
  return await Deno.readTextFile(new URL(page, ROOT));
}

/** All blocks of all pages, or those in one of some languages. */
export async function pageBlocks(languages?: readonly string[]): Promise<readonly Block[]> {
  const blocks = (await Promise.all((await pageNames()).map(async (page) => blocksOf(page, await readPage(page)))))
    .flat();
  return languages === undefined ? blocks : blocks.filter(({ language }) => languages.includes(language));
}

/** The texts of the blocks of one language in one page, in their order. */
export async function blocksIn(page: string, language: string): Promise<readonly string[]> {
  const blocks = blocksOf(page, await readPage(page));
  return blocks.filter((block) => block.language === language).map(({ text }) => text);
}

function blocksOf(page: string, text: string): readonly Block[] {
  return [...text.matchAll(BLOCK_REGEXP)].map(({ index, 1: indent = "", 2: language = "", 3: body = "" }) => ({
    page,
    line: text.slice(0, index).split("\n").length,
    language,
    text: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}
