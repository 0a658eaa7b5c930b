import { Command } from "commander";
import { outputOption } from "../declare_options.ts";
import { layoutForms, referenceForms } from "../../oci/reference.ts";
import { withExamples } from "../help/examples.ts";
import { repeated } from "../flag_parsers.ts";
import type { OutputFormat } from "../output/format_output.ts";
import { addStoredFlags, type StoredFlags } from "../stored/commands.ts";

/** The flags of `verify`, as they were given; what was not given is absent. */
export interface VerifyFlags extends StoredFlags {
  readonly repair?: boolean;
  readonly key?: readonly string[];
  readonly allKeys?: boolean;
  readonly certificateIdentity?: string;
  readonly certificateIdentityRegexp?: string;
  readonly certificateOidcIssuer?: string;
  readonly trustedRoot?: string;
  readonly type?: string;
  readonly output?: OutputFormat;
}

/** Declares the arguments and flags of `verify`. */
export function verifyCommand(): Command {
  const command = new Command("verify")
    .description("check every byte of a layout or a bundle, or with --key whether an artifact is signed")
    .argument(
      "<reference>",
      `${layoutForms()}, also of a bundle in volumes; with --key also an artifact: ${
        referenceForms("[:TAG][@DIGEST]")
      }`,
    )
    .optionsGroup("Signatures:")
    .option("--key <key>", "the public key that must have signed, a PEM file or env://NAME; repeatable", repeated)
    .option("--all-keys", "every key must have signed, and not only one of them")
    .option("--certificate-identity <identity>", "whom the certificate of a signature must name, exactly")
    .option("--certificate-identity-regexp <expression>", "the same by a regular expression for all of it")
    .option("--certificate-oidc-issuer <url>", "who must have vouched for that identity, exactly")
    .option("--trusted-root <file>", "whose certificates, time stamps and logs are believed: sigstore's trusted root")
    .option(
      "--type <type>",
      "verify an attestation instead and print its statement: spdx, cyclonedx, slsaprovenance1, vex or a URI",
    )
    .optionsGroup("Changes:")
    .option("--repair", "list what nothing lists, and make a lost index.json anew; directories only");
  addStoredFlags(command)
    .addOption(outputOption());
  return withExamples(command, [
    ["A bundle, offline", "gantry verify oci-archive:bundle.tar"],
    ["Whether an artifact is signed", "gantry verify oci://ghcr.io/acme/app:1.0.0 --key cosign.pub"],
    ["Every artifact of a bundle, offline", "gantry verify oci-archive:bundle.tar --key cosign.pub"],
    [
      "How it was built, as its builder says",
      "gantry verify oci://ghcr.io/acme/app:1.0.0 --key ci.pub --type slsaprovenance1",
    ],
    ["A layout that lost its index", "gantry verify oci-layout:./out --repair"],
  ]);
}
