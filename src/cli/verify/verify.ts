import { problemLine, verify, type VerifyResult } from "../../verbs/verify.ts";
import { formatReference, isLayoutReference } from "../../oci/reference.ts";
import { type VerifiedArtifact, verifySignatures, type VerifySignaturesResult } from "../../verbs/verify_signatures.ts";
import { BY_CERTIFICATE, BY_OTHER_KEY } from "../../sign/find_signatures.ts";
import type { CertificateIdentity } from "../../sign/trusted_identity.ts";
import { counted, formatBytes } from "../../work/amounts.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { oneLine } from "../output/printable.ts";
import { givenKeys } from "../places/keys.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import { withVerbOptions } from "../places/with_verb_options.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { VerifyFlags } from "./commands.ts";

/** `gantry verify`: whether a layout or a bundle is whole, and with a key whether artifacts are signed by it. */
export async function runVerify(source: string, flags: VerifyFlags, world: World): Promise<number> {
  const { repair = false, key = [], allKeys = false, type, output: format = "text" } = flags;
  const place = parseGivenPlace(source);
  const identity = identityOf(flags);
  if (key.length === 0 && identity === undefined) {
    refuseWithoutKey(flags);
    if (!isLayoutReference(place)) {
      throw new UsageError(`Cannot verify ${formatReference(place)}: no key is named`, {
        hints: [
          `\`gantry verify ${source} --key KEY.pub\` says whether it is signed by that key`,
          "without a key, the bytes of oci-layout:PATH or oci-archive:PATH are verified",
        ],
      });
    }
    return await withVerbOptions(flags, world, { phase: "Verifying", places: [] }, async (options) => {
      const result = await verify({ ...options, source, repair });
      world.stdout(format === "text" ? lines(layoutLines(result)) : await formatOutput(result, format));
      return result.whole ? EXIT.done : EXIT.failed;
    });
  }
  if (repair) throw new UsageError("Cannot repair a layout and verify signatures at once: repair it first");
  const keys = givenKeys(key, world);
  return await withVerbOptions(flags, world, { phase: "Verifying", places: [place] }, async (options) => {
    const result = await verifySignatures({
      ...options,
      source,
      keys,
      allKeys,
      ...(identity === undefined ? {} : { identity }),
      ...(type === undefined ? {} : { type }),
    });
    world.stdout(format === "text" ? signatureText(result, flags) : await formatOutput(result, format));
    if (format !== "text" || type !== undefined) {
      for (const artifact of result.artifacts.filter(({ verified }) => !verified)) {
        for (const line of artifactLines(artifact, flags)) options.log.warn(line);
      }
    }
    const advice = result.verified || flags.quiet ? undefined : adviceOn(result);
    if (advice !== undefined) world.stderr(`advice: ${advice}\n`);
    return result.verified ? EXIT.done : EXIT.failed;
  });
}

/** What could be asked instead, where there are signatures of another kind than those that were asked for. */
function adviceOn({ artifacts }: VerifySignaturesResult): string | undefined {
  const problems = artifacts.flatMap(({ rejected }) => rejected.map(({ problem }) => problem));
  if (problems.includes(BY_CERTIFICATE)) {
    return "what has a certificate is verified by whom it names: --certificate-identity NAME " +
      "--certificate-oidc-issuer URL --trusted-root FILE";
  }
  return problems.includes(BY_OTHER_KEY) ? "what a key has signed is verified with --key KEY.pub" : undefined;
}

/** Whose certificates count: all of it is said, or nothing. */
function identityOf(flags: VerifyFlags): CertificateIdentity | undefined {
  const { certificateIdentity: identity, certificateIdentityRegexp: identityRegexp } = flags;
  const { certificateOidcIssuer: issuer, trustedRoot } = flags;
  if ([identity, identityRegexp, issuer, trustedRoot].every((each) => each === undefined)) return undefined;
  if ((identity === undefined) === (identityRegexp === undefined)) {
    throw new UsageError(
      "Cannot verify certificates: say whom they name with --certificate-identity or --certificate-identity-regexp",
    );
  }
  if (issuer === undefined) {
    throw new UsageError("Cannot verify certificates: say who vouches for them with --certificate-oidc-issuer");
  }
  if (trustedRoot === undefined) {
    throw new UsageError("Cannot verify certificates: name the file of whom to trust with --trusted-root");
  }
  return {
    ...(identity === undefined ? {} : { identity }),
    ...(identityRegexp === undefined ? {} : { identityRegexp }),
    issuer,
    trustedRoot,
  };
}

function refuseWithoutKey({ allKeys, type }: VerifyFlags): void {
  if (allKeys) throw new UsageError("Cannot say whether all keys have signed: name them with --key");
  if (type !== undefined) throw new UsageError("Cannot verify an attestation: name the public key with --key");
}

/** Attestations as they are, one a line; otherwise a line for each artifact, after those that say what is wrong. */
function signatureText({ artifacts, layout }: VerifySignaturesResult, flags: VerifyFlags): string {
  const wrong = layout === undefined || layout.whole && flags.type !== undefined ? [] : layoutLines(layout);
  if (flags.type !== undefined) {
    const statements = artifacts.flatMap(({ signatures }) => signatures.map(({ statement }) => statement));
    return lines([...wrong, ...new Set(statements.map((statement) => JSON.stringify(statement)))]);
  }
  return lines([...wrong, ...artifacts.flatMap((artifact) => artifactLines(artifact, flags))]);
}

function artifactLines(
  { url, names, verified, signatures, rejected }: VerifiedArtifact,
  { type, allKeys, key = [] }: VerifyFlags,
): readonly string[] {
  const name = names.length === 0 ? url : `${url} (${names.join(", ")})`;
  const what = type === undefined ? "signed" : `attested (${type})`;
  const by = [...new Set(signatures.map(({ key, format }) => `${key} (${format})`))].join(", ");
  if (verified) return [`${name}: ${what} by ${by}`];
  return [
    ...rejected.map(({ where, problem }) => `${where}: ${problem}`),
    `${name}: not ${what} by ${allKeys ? "every key" : key.length === 0 ? "the identity" : "the key"}${
      by === "" ? "" : `, only by ${by}`
    }`,
  ];
}

/** One line for each thing that is wrong, then what is superfluous, and in the end one line for all of it. */
function layoutLines(result: VerifyResult): readonly string[] {
  const { url, whole, problems, unreferenced, leftovers, omitted, manifests, blobs, bytes } = result;
  const { artifacts, withoutReferrers = 0 } = result;
  const counts = [
    ...(artifacts === undefined ? [] : [counted(artifacts, "artifact")]),
    ...(withoutReferrers === 0 ? [] : [`${withoutReferrers} of them without what refers to it`]),
    counted(manifests, "manifest"),
    counted(blobs, "blob"),
    formatBytes(bytes),
    ...(omitted.length === 0 ? [] : [`${counted(omitted.length, "blob")} left out on purpose`]),
  ];
  return [
    ...problems.map(problemLine),
    ...unreferenced.map(({ digest, size }) => `${digest} is not referenced (${formatBytes(size)})`),
    ...leftovers.map((file) => `${JSON.stringify(file)} was left behind, or is being written`),
    `${url}: ${whole ? "whole" : counted(problems.length, "problem")}, ${counts.join(", ")}`,
  ];
}

/** A line end in a name from elsewhere must not make a line of its own. */
function lines(texts: readonly string[]): string {
  return texts.map((line) => `${oneLine(line)}\n`).join("");
}
