/**
 * Checks a whole layout without asking anybody else: every byte, and everything that one thing says of another.
 */
import type { OmittedBlob } from "../../bundle/bundle.ts";
import { compareBytewise } from "../../oci/compare_bytewise.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Context } from "../../work/context.ts";
import { EMPTY_INDEX, type LayoutIndex, listManifests } from "../index.ts";
import type { LayoutPlace } from "../layout.ts";
import { unlistedBundles } from "../unlisted_bundles.ts";
import { checkNames } from "./check_names.ts";
import { checkPromises } from "./check_promises.ts";
import { findDescription, type FoundDescription } from "./find_bundle.ts";
import { followIndex } from "./follow_index.ts";
import type { HashedLayout, LayoutProblem } from "./hashed_layout.ts";

/** What was found in a layout. */
export interface LayoutCheck {
  /** The layout, without tag and digest. */
  readonly url: string;
  /** How many manifests the index leads to. */
  readonly manifests: number;
  /** How many blobs there are, manifests included. */
  readonly blobs: number;
  /** How many bytes the blobs have. */
  readonly bytes: number;
  /** What is not as it should be; nothing when the layout is whole. */
  readonly problems: readonly LayoutProblem[];
  /** Blobs that nothing leads to, sorted. They do no harm. */
  readonly unreferenced: readonly Pick<Descriptor, "digest" | "size">[];
  /** Files that a process has left which was killed, or that one is writing at the moment. */
  readonly leftovers: readonly string[];
  /** What is not there and need not be, because the target has it. */
  readonly omitted: readonly OmittedBlob[];
  /** The description of what the layout carries, if it has one. */
  readonly description?: FoundDescription;
}

/**
 * Checks a layout, whatever it is stored in: every blob is hashed and its size compared, everything that an
 * index or a manifest names must be there, and so must everything that a description of the bundle promises, under the
 * same names. Nothing is written, nothing is asked from anywhere, and memory stays flat.
 *
 * @throws {Error} When there is no layout, or it cannot be opened at all.
 */
export async function checkLayout(
  layout: LayoutPlace,
  { signal, progress }: Pick<Context, "signal" | "progress">,
): Promise<LayoutCheck> {
  const { url } = layout;
  const onProgress = (done: number, total: number): void => progress({ phase: "Verifying", item: url, done, total });
  return { url, ...await checkHashed(await layout.hash({ signal, onProgress })) };
}

/** What a layout lists, and what `cosign save` should have listed. */
async function wholeIndex({ index, blobs, read }: HashedLayout): Promise<LayoutIndex | undefined> {
  if (index === undefined) return undefined;
  const intact = [...blobs].flatMap(([digest, { size, problem }]) => problem === undefined ? [{ digest, size }] : []);
  return listManifests(index, await unlistedBundles(index, () => intact, ({ digest }) => read(digest)));
}

/** Checks a layout that was hashed. */
export async function checkHashed(layout: HashedLayout): Promise<Omit<LayoutCheck, "url">> {
  const { blobs, leftovers } = layout;
  const { description, problems: descriptionProblems } = await findDescription(layout);
  const omitted = description?.description.omitted ?? [];
  const graph = await followIndex({ ...layout, index: await wholeIndex(layout) }, omitted);
  const promises = description === undefined
    ? []
    : [...checkPromises(description, graph), ...checkNames(description, layout.index ?? EMPTY_INDEX)];
  const strays = [...blobs].filter(([digest]) => !graph.needed.has(digest));
  return {
    manifests: graph.manifests.size,
    blobs: blobs.size,
    bytes: [...blobs.values()].reduce((sum, { size }) => sum + size, 0),
    problems: [
      ...layout.problems.map(({ file, problem }) => ({ file, problem, neededBy: [] })),
      ...descriptionProblems,
      ...[...graph.problems, ...promises].toSorted((a, b) => compareBytewise(a.digest ?? "", b.digest ?? "")),
      ...strays.flatMap(([digest, { problem }]) => problem === undefined ? [] : [{ digest, problem, neededBy: [] }]),
    ],
    // Without an index nothing leads to anything.
    unreferenced: (layout.index === undefined ? [] : strays).map(([digest, { size }]) => ({ digest, size }))
      .toSorted((a, b) => compareBytewise(a.digest, b.digest)),
    leftovers,
    omitted: omitted.filter(({ digest }) => !blobs.has(digest)),
    ...(description === undefined ? {} : { description }),
  };
}
