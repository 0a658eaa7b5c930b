import { KeyError } from "../public_key.ts";
import { readSigstoreFile } from "../read_sigstore_file.ts";
import type { parseSigningConfig } from "../sigstore.ts";

/** The services that signing without a key takes. */
export interface SigningServices {
  /** The authority of certificates, without the path of its API. */
  readonly fulcio: URL;
  /** The transparency logs that get an entry each. */
  readonly logs: readonly TransparencyLog[];
  /** The authorities that say when it was signed. */
  readonly timestampAuthorities: readonly URL[];
}

/** A transparency log. */
export interface TransparencyLog {
  /** Without the path of its API. */
  readonly url: URL;
  /** The version of its API. One of version 1 says when an entry was made; one of version 2 does not. */
  readonly version: 1 | 2;
}

/**
 * The instance that is open to everybody. Its log has version 1: its address stays, where those of version 2 change
 * every year and are found by TUF.
 */
const PUBLIC_SERVICES: SigningServices = {
  fulcio: new URL("https://fulcio.sigstore.dev"),
  logs: [{ url: new URL("https://rekor.sigstore.dev"), version: 1 }],
  timestampAuthorities: [],
};

/**
 * Says which services to use: those that a signing configuration names, or the public ones.
 *
 * @param path A file with sigstore's SigningConfig of version 0.2.
 * @param now In milliseconds since 1970: each service has a time in which it counts.
 * @throws {KeyError} When the file cannot be used, or names nothing that could be.
 * @see {@link https://github.com/sigstore/protobuf-specs/blob/v0.5.0/protos/sigstore_trustroot.proto | sigstore, SigningConfig}
 */
export async function signingServices(path: string | undefined, now: number): Promise<SigningServices> {
  if (path === undefined) return PUBLIC_SERVICES;
  const { parseSigningConfig } = await import("../sigstore.ts");
  return await readSigstoreFile(path, {
    what: "signing configuration",
    parse: (json) => chosenServices(parseSigningConfig(json), now),
  });
}

type SigningConfig = ReturnType<typeof parseSigningConfig>;
type Service = SigningConfig["caUrls"][number];

function chosenServices(config: SigningConfig, now: number): SigningServices {
  const [fulcio] = newest(config.caUrls, { versions: [1], now });
  if (fulcio === undefined) {
    throw new KeyError("it names no authority of certificates (caUrls) that could be asked now");
  }
  const logs = chosen(config.rekorTlogUrls, config.rekorTlogConfig, { what: "rekorTlog", versions: [1, 2], now });
  const authorities = chosen(config.tsaUrls, config.tsaConfig, { what: "tsa", versions: [1], now });
  if (authorities.length === 0 && !logs.some(({ majorApiVersion }) => majorApiVersion === 1)) {
    throw new KeyError(
      "nothing in it would say when something was signed: neither a timestamp authority nor a log of version 1",
    );
  }
  return {
    fulcio: addressOf(fulcio),
    logs: logs.map((log) => ({ url: addressOf(log), version: log.majorApiVersion === 2 ? 2 : 1 })),
    timestampAuthorities: authorities.map(addressOf),
  };
}

/** Those that can be asked: of the highest version that is known here, the newest first. */
function newest(
  services: readonly Service[],
  { versions, now }: { readonly versions: readonly number[]; readonly now: number },
): readonly Service[] {
  const usable = services.filter(({ majorApiVersion, validFor }) =>
    versions.includes(majorApiVersion) && startOf(validFor) <= now && now <= (validFor?.end?.getTime() ?? Infinity)
  );
  const highest = Math.max(...usable.map(({ majorApiVersion }) => majorApiVersion));
  return usable.filter(({ majorApiVersion }) => majorApiVersion === highest)
    .toSorted((a, b) => startOf(b.validFor) - startOf(a.validFor));
}

function startOf(validFor: Service["validFor"]): number {
  return validFor?.start?.getTime() ?? 0;
}

/** As many as the configuration wants, and no two of one operator. */
function chosen(
  services: readonly Service[],
  config: SigningConfig["tsaConfig"],
  { what, ...limits }: { readonly what: string; readonly versions: readonly number[]; readonly now: number },
): readonly Service[] {
  if (services.length === 0) return [];
  const usable = [...Map.groupBy(newest(services, limits), ({ operator }) => operator).values()]
    .flatMap(([first]) => first ?? []);
  if (usable.length === 0) throw new KeyError(`none of its ${what}Urls could be asked now`);
  switch (config?.selector) {
    case SELECTORS.ALL:
      return usable;
    case SELECTORS.ANY:
      return usable.slice(0, 1);
    case SELECTORS.EXACT:
      if (config.count >= 1 && config.count <= usable.length) return usable.slice(0, config.count);
      throw new KeyError(`its ${what}Config wants ${config.count} services, and ${usable.length} could be asked now`);
    default:
      throw new KeyError(`its ${what}Config does not say how many of them are asked`);
  }
}

/** `ServiceSelector` of the protocol. */
const SELECTORS = { ALL: 1, ANY: 2, EXACT: 3 } as const;

function addressOf({ url }: Service): URL {
  if (URL.canParse(url) && /^https?:/.test(url)) return new URL(url);
  throw new KeyError(`${JSON.stringify(url)} is no URL of a service`);
}
