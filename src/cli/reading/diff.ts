import { DEFAULT_EXTRACTION_RULES } from "../../extract/extraction_rules.ts";
import { findArtifact, type FoundArtifact } from "../../extract/find_artifact.ts";
import { hashArtifact, type HashedFile } from "../../extract/hash_artifact.ts";
import { parsePlatform } from "../../extract/platform.ts";
import type { Platform } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { isReference } from "../../oci/reference.ts";
import type { StoreReader } from "../../store/store.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { meantName, openReader } from "../../places/open_store.ts";
import { type Session, withSession } from "../../verbs/session.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import { withVerbOptions } from "../places/session.ts";
import type { World } from "../world.ts";
import type { DiffFlags } from "./commands.ts";
import { diffDirectory } from "./diff_directory.ts";
import { diffResult, type DiffSide } from "../../verbs/diff/diff_result.ts";
import { diffText } from "./diff_text.ts";
import { withPatches } from "../../verbs/diff/with_patches.ts";

/** The size of the largest file whose lines are compared, in bytes. */
const TEXT_LIMIT = 1024 * 1024;
const DEFAULT_CONTEXT = 3;

/** `gantry diff`: what differs between two artifacts, or between one and what a push would make of a directory. */
export async function diff(a: string, b: string, flags: DiffFlags, world: World): Promise<number> {
  const lines = flags.unified ?? (flags.text ? DEFAULT_CONTEXT : undefined);
  const places = [a, b].filter((text) => isReference(text)).map(parseGivenPlace);
  const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
  return await withVerbOptions(
    flags,
    world,
    { phase: "Reading", places },
    (options) =>
      withSession(options, { places }, async (session) => {
        const { context } = session;
        await using first = await openSide(a, session, platform);
        await using second = await openSide(b, session, platform);
        const keepLimit = lines === undefined ? -1 : TEXT_LIMIT;
        const isSame = first.found !== undefined && first.found.descriptor.digest === second.found?.descriptor.digest;
        const read = { session, flags, world, keepLimit };
        const before = isSame ? NOTHING : await readSide(first, second, read);
        const after = isSame ? NOTHING : await readSide(second, first, { ...read, known: before });
        const report = diffResult(sideOf(first, before), sideOf(second, after));
        if (!flags.quiet) {
          const shown = lines === undefined ? report : await withPatches(report, { before, after, lines }, context);
          const format = flags.output ?? "text";
          world.stdout(format === "text" ? diffText(shown) : await formatOutput(shown, format));
        }
        // A difference is no failure, but scripts ask for it in the same way as of every other diff.
        return report.same ? EXIT.done : EXIT.failed;
      }),
  );
}

const NOTHING: DiffSide["files"] = new Map();

/** One of the two, before its files are read. */
interface Side extends AsyncDisposable {
  /** As the user wrote it. */
  readonly text: string;
  /** Absent for a directory, as the artifact. */
  readonly store?: StoreReader;
  readonly found?: FoundArtifact;
}

async function openSide(
  text: string,
  { access, context }: Session,
  platform: Platform | undefined,
): Promise<Side> {
  if (!isReference(text)) return { text, [Symbol.asyncDispose]: async (): Promise<void> => {} };
  const opened = openReader(text, access);
  const { store } = opened;
  try {
    const found = await findArtifact(store, await meantName(opened, context), platform, context);
    return { text, store, found, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

interface ReadOptions {
  readonly session: Session;
  readonly flags: DiffFlags;
  readonly world: World;
  readonly keepLimit: number;
  /** The files of the other side, when they were read before. */
  readonly known?: DiffSide["files"];
}

async function readSide(
  { text, store, found }: Side,
  other: Side,
  { session, flags, world, keepLimit, known = NOTHING }: ReadOptions,
): Promise<DiffSide["files"]> {
  if (store === undefined || found === undefined) {
    const manifest = other.found?.manifest;
    const options = { flags, keepLimit, ...(manifest === undefined ? {} : { other: manifest }) };
    return await diffDirectory(text, options, session, world);
  }
  const wants = (path: string, digest: Digest): boolean => !hasDigest(known.get(path), digest);
  return await hashArtifact(store, found, {
    rules: { ...DEFAULT_EXTRACTION_RULES, names: "any" },
    concurrency: session.concurrency,
    ...(keepLimit < 0 ? {} : { keep: { limit: keepLimit, wants } }),
  }, session.context);
}

function hasDigest(file: HashedFile | undefined, digest: Digest): boolean {
  return file?.kind === "file" && file.digest === digest;
}

function sideOf({ text, store, found }: Side, files: DiffSide["files"]): DiffSide {
  if (store === undefined || found === undefined) return { name: text, files };
  return { name: `${store.url}@${found.descriptor.digest}`, manifest: found.manifest, files };
}
