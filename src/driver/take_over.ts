import type { Content } from "../oci/descriptor.ts";
import { createDigester, digestAlgorithm } from "../oci/digest.ts";
import { type Entry, treeProblem } from "../pipeline/entry.ts";
import { wrongOutput } from "../pipeline/plugin_error.ts";
import type { Context } from "../work/context.ts";
import { deepFreeze } from "./deep_freeze.ts";
import { guardedStream } from "./guarded_stream.ts";
import type { Instance } from "./instance.ts";
import { isTrusted, trustOpen } from "./trusted_opens.ts";

/**
 * Makes what a plugin gave the pipeline's own: its entries are a tree, its contents have the digests that they say, and
 * whoever reads them later blames the plugin for what goes wrong.
 *
 * @param input What the plugin was given; what it passes on of that is not its own.
 * @param output What it gave, in the shape that its stage wants.
 * @throws {PluginError} Names the place in the result.
 */
export async function takeOver<T>(instance: Instance, input: unknown, output: T, context: Context): Promise<T> {
  if (!isObject(output)) return output;
  const { entries, referrers, companions } = output as Parts;
  trustInput(input);
  if (entries !== undefined) return deepFreeze({ ...output, entries: ownEntries(instance, entries, context) });
  if (referrers === undefined && companions === undefined) return await ownContents(instance, output, "", context);
  return deepFreeze({
    ...output,
    ...(referrers === undefined ? {} : { referrers: await ownList(instance, referrers, "referrers", context) }),
    ...(companions === undefined ? {} : { companions: await ownList(instance, companions, "companions", context) }),
  });
}

async function ownList(
  instance: Instance,
  list: readonly Parts[],
  name: string,
  context: Context,
): Promise<readonly Parts[]> {
  const own: Parts[] = [];
  for (const [at, each] of list.entries()) own.push(await ownContents(instance, each, `${name}[${at}].`, context));
  return own;
}

/** The parts of results, and of what plugins get, that have something to read in them. */
interface Parts {
  readonly entries?: readonly Entry[];
  readonly referrers?: readonly Parts[];
  readonly companions?: readonly Parts[];
  readonly config?: Content;
  readonly layers?: readonly Content[];
}

function trustInput(input: unknown): void {
  if (!isObject(input)) return;
  const { entries = [], archive } = input as Parts & { readonly archive?: Parts };
  entries.forEach(trustOpen);
  archive?.layers?.forEach(trustOpen);
  if (archive?.config !== undefined) trustOpen(archive.config);
}

function ownEntries(instance: Instance, entries: readonly Entry[], context: Context): readonly Entry[] {
  const { id, plugin: { stage } } = instance;
  const wrong = treeProblem(entries);
  if (wrong !== undefined) {
    const path = JSON.stringify(entries[wrong.at]?.path);
    throw wrongOutput({ id, stage }, `entries[${wrong.at}].path`, `${path} ${wrong.problem}`);
  }
  return entries.map((entry, at) => {
    if (entry.kind === "directory" || isTrusted(entry)) return entry;
    const { path, kind, executable, size } = entry;
    const open: Entry["open"] = () =>
      guardedStream(() => entry.open(), { instance, context, place: `entries[${at}]`, size });
    return trustOpen({ path, kind, executable, size, open });
  });
}

async function ownContents<T>(instance: Instance, contents: T, base: string, context: Context): Promise<T> {
  const { config, layers } = contents as Parts;
  if (layers === undefined) return contents;
  const own = [];
  for (const [at, layer] of layers.entries()) {
    own.push(await ownContent(instance, layer, `${base}layers[${at}]`, context));
  }
  return deepFreeze({
    ...contents,
    ...(config === undefined ? {} : { config: await ownContent(instance, config, `${base}config`, context) }),
    layers: own,
  });
}

async function ownContent(instance: Instance, content: Content, place: string, context: Context): Promise<Content> {
  if (isTrusted(content)) return content;
  const { descriptor } = content;
  const { size, digest } = descriptor;
  const open: Content["open"] = () => guardedStream(() => content.open(), { instance, context, place, size });
  const digester = createDigester(digestAlgorithm(digest));
  for await (const piece of open()) digester.update(piece);
  const actual = digester.digest();
  if (actual === digest) return trustOpen({ descriptor, open });
  const { id, plugin: { stage } } = instance;
  throw wrongOutput({ id, stage }, `${place}.descriptor.digest`, `is ${digest}, and that of its bytes is ${actual}`);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
