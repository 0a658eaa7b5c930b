import { mergeTransfers, type Transfer, TRANSFER_MEDIA_TYPE, TRANSFER_SIZE_LIMIT } from "../../bundle/bundle.ts";
import { parseTransfer, transferLayer } from "../../bundle/parse_bundle.ts";
import { parseManifest } from "../../oci/parse_manifest.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { reason } from "../../system/io_error.ts";
import { INDEX_FILE } from "../directory/read_layout.ts";
import { descriptorOf } from "../entry.ts";
import { EMPTY_INDEX, entriesOf } from "../index.ts";
import type { HashedLayout, LayoutProblem } from "./hashed_layout.ts";

/** The description of what a layout carries. */
export interface FoundTransfer {
  /** The digest of its manifest. */
  readonly digest: Digest;
  readonly transfer: Transfer;
}

/**
 * Reads the description of what a layout carries. Two exports in the same moment may have left two: together they are
 * the one.
 */
export async function findTransfer(
  layout: Pick<HashedLayout, "index" | "blobs" | "read">,
): Promise<{ readonly transfer: FoundTransfer | undefined; readonly problems: readonly LayoutProblem[] }> {
  const problems: LayoutProblem[] = [];
  const listed = new Map(
    entriesOf(layout.index ?? EMPTY_INDEX).flatMap((entry) => descriptorOf(entry) ?? [])
      .filter(({ artifactType }) => artifactType === TRANSFER_MEDIA_TYPE).map((each) => [each.digest, each]),
  );
  const found: FoundTransfer[] = [];
  for (const descriptor of listed.values()) {
    const { digest } = descriptor;
    // What is missing or damaged is said by whoever follows the index.
    if (!isIntact(layout, descriptor)) continue;
    try {
      const transfer = await readTransfer(layout, descriptor);
      if (transfer !== undefined) found.push({ digest, transfer });
    } catch (error) {
      problems.push({ digest, problem: `describes no bundle: ${reason(error)}`, neededBy: [INDEX_FILE] });
    }
  }
  const [first, ...others] = found;
  const transfer = first &&
    others.reduce((a, b) => ({ ...a, transfer: mergeTransfers(a.transfer, b.transfer) }), first);
  return { transfer, problems };
}

/**
 * Reads what a manifest says of a bundle.
 *
 * @returns `undefined` when its layer is missing or damaged.
 * @throws {SyntaxError} When it is not what an export writes.
 */
export async function readTransfer(
  layout: Pick<HashedLayout, "blobs" | "read">,
  descriptor: Descriptor,
): Promise<Transfer | undefined> {
  const layer = transferLayer(parseManifest(await layout.read(descriptor.digest), descriptor));
  if (!isIntact(layout, layer)) return undefined;
  return parseTransfer(await layout.read(layer.digest));
}

function isIntact({ blobs }: Pick<HashedLayout, "blobs">, { digest, size }: Descriptor): boolean {
  const blob = blobs.get(digest);
  return blob !== undefined && blob.problem === undefined && blob.size === size && size <= TRANSFER_SIZE_LIMIT;
}
