import { CREATED_ANNOTATION } from "../../oci/annotation_keys.ts";
import { registryHost, withoutScheme } from "../../oci/reference.ts";
import type { Belongings, Factory } from "../../pipeline/plugin.ts";
import type { Target } from "../../pipeline/target.ts";
import type { CertifiedSigner } from "../../sign/bundle_signer.ts";
import { makeSignatures } from "../../sign/make_signatures.ts";
import type { SignFormat } from "../../sign/sign_format.ts";
import type { Signer } from "../../sign/signers/signer.ts";
import type { Call } from "../../work/context.ts";
import { signingPlaces } from "./signing_places.ts";

/** What {@linkcode sign} signs with. */
export interface SignMeans {
  readonly signers: readonly Signer[];
  /** Gets a certificate to sign with; left out when keys alone sign. */
  readonly certify?: (call: Call) => Promise<CertifiedSigner>;
  readonly format: SignFormat;
  /** The targets, in the order of their receipts: what is there already is asked before anything is signed. */
  readonly targets: () => readonly Target[];
  /** How many signatures of one place are looked at at a time. */
  readonly concurrency: number;
}

/** Signs the artifact by its digest, when every target has it and no tag points to it. */
export function sign(
  { signers, certify, format, targets, concurrency }: SignMeans,
): Factory<"before:tag", Readonly<Record<string, never>>> {
  return (kit) =>
    kit.plugin({
      name: "sign",
      version: "1.0.0",
      apiVersion: 1,
      stage: "before:tag",
      description: "Signs the artifact before any tag points to it.",
      options: kit.z.strictObject({}),
      async run(uploaded, _options, context): Promise<Belongings> {
        const { manifest: { descriptor: { digest } }, annotations, receipts } = uploaded;
        const registry = receipts.find(({ url, isSkipped }) => !isSkipped && registryHost(url) !== undefined);
        const { referrers, layers, certified } = await makeSignatures(
          {
            subject: digest,
            created: annotations[CREATED_ANNOTATION]?.value,
            // The path of a layout is nobody's business.
            reference: registry === undefined ? "" : withoutScheme(registry.url),
            format,
          },
          signers,
          signingPlaces(uploaded, targets()),
          { context, concurrency, certify },
        );
        const names = [...signers, ...(certified === undefined ? [] : [certified])].map(({ name }) => name).join(", ");
        const isNew = referrers.length + layers.length > 0;
        context.log.info(`${digest} ${isNew ? "is signed" : "was signed already"} by ${names}; tags come after that`);
        return { referrers, ...(layers.length === 0 ? {} : { companions: [{ ending: "sig", layers }] }) };
      },
    });
}
