import { type Digest, digestOf, isDigest } from "../../src/oci/digest.ts";
import { collectBytes } from "./collect_bytes.ts";

/** Where to look, and as whom. */
export interface PublishedAt {
  /** Such as `http://127.0.0.1:5000`. */
  readonly origin: string;
  readonly repository: string;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Trusts certificates, and shows one. */
  readonly client?: Deno.HttpClient;
}

/**
 * Reads an artifact back from a registry without any part of gantry's client: its manifest, config and layers, each of
 * which must be what its digest says.
 *
 * @returns The manifest's digest; `undefined` when the registry knows no such tag or digest.
 */
export async function publishedDigest(at: PublishedAt, reference: string): Promise<Digest | undefined> {
  const manifest = await read(at, `manifests/${reference}`);
  if (manifest === undefined) return undefined;
  const { config, layers } = JSON.parse(new TextDecoder().decode(manifest));
  for (const { digest, size } of [config, ...layers]) {
    const blob = await read(at, `blobs/${digest}`);
    if (blob === undefined) throw new Error(`${reference} names blob ${digest}, and it is not there`);
    if (digestOf(blob) !== digest || blob.byteLength !== size) throw new Error(`Blob ${digest} is something else`);
  }
  const digest = digestOf(manifest);
  if (isDigest(reference) && reference !== digest) throw new Error(`Manifest ${reference} is ${digest}`);
  return digest;
}

async function read(
  { origin, repository, headers, client }: PublishedAt,
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const answer = await fetch(`${origin}/v2/${repository}/${path}`, {
    headers: { accept: "application/vnd.oci.image.manifest.v1+json", ...headers },
    ...(client === undefined ? {} : { client }),
  });
  const body = await collectBytes(answer.body ?? []);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw new Error(`GET ${path} of ${repository}: ${answer.status}`);
  return body;
}
