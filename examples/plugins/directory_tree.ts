/**
 * A target that is no registry: a plain directory, such as a share that a web server shows.
 *
 * `blobs/HEX` holds every blob and manifest, `tags/NAME` the digest that a tag stands for, and `referrers/HEX/HEX` what
 * refers to an artifact. Every file is written under another name first, so that nobody reads half of it.
 */
import type { Content, Digest, Kit, Moved, PluginFactory } from "@gantry/gantry/plugin";

export default ((kit: Kit) =>
  kit.plugin({
    name: "examples:directory-tree",
    version: "1.0.0",
    apiVersion: 1,
    stage: "upload",
    description: "Uploads to a plain directory.",
    options: kit.z.strictObject({
      path: kit.z.string().min(1).describe("The directory; a relative one starts where gantry is started."),
    }),
    async run({ manifest, blobs }, { path }) {
      const uploaded: Digest[] = [];
      const existing: Digest[] = [];
      for (const blob of [...blobs, manifest]) {
        const { digest } = blob.descriptor;
        (await writeBlob(path, blob) ? uploaded : existing).push(digest);
      }
      return { uploaded, existing };
    },
    place: {
      url: ({ path }) => `tree:${path}`,
      async resolve({ tag }, { path }, context) {
        const digest = await readIfThere(`${path}/tags/${tag}`);
        if (digest === undefined) return undefined;
        if (isDigest(digest)) return digest;
        return context.fail("BROKEN_TREE", `Cannot read the tag ${tag} of ${path}: it holds no digest`);
      },
      async tag({ manifest, tags }, { path }) {
        const { digest } = manifest.descriptor;
        const moved: Moved[] = [];
        for (const { name } of tags) {
          const from = await readIfThere(`${path}/tags/${name}`);
          await write(`${path}/tags/${name}`, new Blob([digest]).stream());
          moved.push({ tag: name, ...(from !== undefined && isDigest(from) ? { from } : {}) });
        }
        return { moved };
      },
      async attach({ manifest, blobs, subject }, { path }) {
        for (const blob of [...blobs, manifest]) await writeBlob(path, blob);
        await write(`${path}/referrers/${hex(subject.digest)}/${hex(manifest.descriptor.digest)}`, manifest.open());
      },
    },
  })) satisfies PluginFactory;

/**
 * Whether it had to be written. A blob that is there is what its name says: nothing has its name before it is whole.
 */
async function writeBlob(path: string, blob: Content): Promise<boolean> {
  const place = `${path}/blobs/${hex(blob.descriptor.digest)}`;
  if (await isThere(place)) return false;
  await write(place, blob.open());
  return true;
}

async function write(place: string, bytes: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), { recursive: true });
  const partial = `${place}.${crypto.randomUUID()}.partial`;
  try {
    await Deno.writeFile(partial, bytes);
    await Deno.rename(partial, place);
  } catch (error) {
    await Deno.remove(partial).catch(() => {});
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function hex(digest: string): string {
  return digest.slice(digest.indexOf(":") + 1);
}

function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
