import { Command, Option } from "commander";
import { referenceForms } from "../../oci/reference.ts";
import { SIGNING } from "../../options/signing.ts";
import { SIGN_FORMATS } from "../../sign/sign_format.ts";
import { declareOptions, outputOption } from "../declare_options.ts";
import { withExamples } from "../help/examples.ts";
import { repeated } from "../flag_parsers.ts";
import { addStoredFlags } from "../stored/commands.ts";

const KEY_HELP = "a PEM file, env://NAME or exec:PROGRAM; repeatable";

/** Declares `sign`. */
export function signCommand(): Command {
  const command = new Command("sign")
    .description("sign what was published, by its digest, so that cosign and Flux verify it")
    .argument("<reference>", referenceForms("[:TAG][@DIGEST]"))
    .optionsGroup("Signing:")
    .option("--key <key>", `who signs: ${KEY_HELP}`, repeated)
    .addOption(
      new Option("--sign-format <form>", "in which forms, for new verifiers, for older ones or for both (default both)")
        .choices(SIGN_FORMATS),
    );
  addKeylessFlags(command);
  addStoredFlags(command).addOption(outputOption());
  return withExamples(command, [
    [
      "With a key in a file; to sign again writes nothing",
      "gantry sign oci://ghcr.io/acme/app:1.0.0 --key release.key",
    ],
    [
      "By the digest, which is what was looked at",
      "gantry sign oci://ghcr.io/acme/app@sha256:DIGEST --key release.key",
    ],
    [
      "With a key that only a program has, such as that of a KMS",
      "gantry sign oci://ghcr.io/acme/app:1.0.0 --key 'exec:./signer.sh alias/release'",
    ],
    [
      "Without a key, in the name of a job of GitHub or GitLab",
      "gantry sign oci://ghcr.io/acme/app:1.0.0 --keyless",
    ],
  ]);
}

/** Declares `attach`. */
export function attachCommand(): Command {
  const command = new Command("attach")
    .description("attach a file to what was published: an SBOM, a provenance, or what else is said of it")
    .argument("<reference>", referenceForms("[:TAG][@DIGEST]"))
    .argument("<file>", "a JSON object")
    .optionsGroup("Signing:")
    .requiredOption("--type <type>", "what it is: spdx, cyclonedx, slsaprovenance1, vex, or a URI")
    .option("--key <key>", `who vouches for it: ${KEY_HELP}; nobody when left out`, repeated);
  addKeylessFlags(command);
  addStoredFlags(command).addOption(outputOption());
  return withExamples(command, [
    [
      "An SBOM, for scanners and for those who verify",
      "gantry attach oci://ghcr.io/acme/app:1.0.0 sbom.spdx.json --type spdx --key release.key",
    ],
    ["One that nobody vouches for", "gantry attach oci://ghcr.io/acme/app:1.0.0 sbom.spdx.json --type spdx"],
    [
      "Whatever has a type of its own",
      "gantry attach oci://ghcr.io/acme/app:1.0.0 scan.json --type https://acme.example/scan/v1 --key release.key",
    ],
  ]);
}

/** Declares `keygen`. */
export function keygenCommand(): Command {
  const command = new Command("keygen")
    .description("make a pair of keys that cosign and Flux take: NAME.key and NAME.pub")
    .argument("[name]", "the beginning of both files", "gantry")
    .option("--no-password", "do not encrypt the private key")
    .addOption(outputOption());
  return withExamples(command, [
    ["gantry.key and gantry.pub; it asks for a password, or takes that of COSIGN_PASSWORD", "gantry keygen"],
    ["Under another name, for programs", "gantry keygen team -o json"],
    ["Without a password, where the file itself is kept safe", "gantry keygen build --no-password"],
  ]);
}

function addKeylessFlags(command: Command): void {
  command.option("--keyless", SIGNING.signKeyless.flag.help);
  declareOptions(command, SIGNING, { heading: "Signing:", only: ["signingConfig", "trustedRoot"] });
}
