import { SIGN_FORMATS } from "../sign/sign_format.ts";
import type { OptionTable } from "./option.ts";

const signing = "Signing:";

/** What is signed and said of an artifact before any tag points to it: a row each. */
export const SIGNING = {
  sign: {
    kind: { kind: "texts", parse: parseKey, are: "keys" },
    default: [],
    field:
      "Keys that sign it before any tag points to it: PEM files, relative to this file, env://NAME, or exec:PROGRAM.",
    flag: {
      group: signing,
      name: "sign-key",
      argument: "<key>",
      help: "sign before any tag is set: a PEM file, env://NAME or exec:PROGRAM; repeatable",
    },
  },
  signFormat: {
    kind: { kind: "choice", words: SIGN_FORMATS },
    default: "both",
    field: "In which forms it is signed: as a bundle, as older verifiers expect it (legacy), or both.",
    flag: { group: signing, argument: "<form>", help: "in which forms, for new verifiers, for older ones or for both" },
  },
  signKeyless: {
    kind: { kind: "switch" },
    default: false,
    field: "Whether it is signed without a key: in the name of the CI job, which stands in a public log after that.",
    flag: {
      group: signing,
      help: "sign without a key: in the name of this CI job, which stands in a public log after that",
      no: "do not sign without a key, whatever the configuration file says",
    },
  },
  signingConfig: {
    kind: { kind: "path" },
    field: "Sigstore's signing configuration, relative to this file: which services sign without a key.",
    flag: {
      group: signing,
      argument: "<file>",
      help: "which services sign without a key: sigstore's signing configuration (default: the public ones)",
    },
  },
  trustedRoot: {
    kind: { kind: "path" },
    field: "Sigstore's trusted root, relative to this file: what is signed without a key is verified with it at once.",
    flag: {
      group: signing,
      argument: "<file>",
      help: "sigstore's trusted root: verify with it at once what is signed without a key, and sign once only",
    },
  },
  provenance: {
    kind: { kind: "switch" },
    default: false,
    field: "Whether to say how it was made: SLSA provenance, signed by the same keys.",
    flag: {
      group: signing,
      help: "attach SLSA provenance, signed by the same keys",
      no: "attach none, whatever the configuration file says",
    },
  },
  sboms: {
    kind: { kind: "texts", are: "paths" },
    default: [],
    field: "Files that list what is in it, SPDX or CycloneDX in JSON, relative to this file: attached and signed too.",
    flag: {
      group: signing,
      name: "sbom",
      argument: "<file>",
      help: "attach an SPDX or CycloneDX document, signed by the same keys; repeatable",
    },
  },
} as const satisfies OptionTable;

function parseKey(text: string): string {
  if (text.trim() !== "") return text;
  throw new SyntaxError("Cannot sign with no key: name a PEM file, env://NAME or exec:PROGRAM");
}
