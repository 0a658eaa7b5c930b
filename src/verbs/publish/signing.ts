/** What `push` signs and says of an artifact before any tag points to it. */
import { REVISION_ANNOTATION, SOURCE_ANNOTATION } from "../../oci/annotation_keys.ts";
import { VERSION } from "../../host/version.ts";
import type { PublishingName } from "../../options/publishing.ts";
import type { PluginFactory } from "../../pipeline/plugin.ts";
import type { Target } from "../../pipeline/target.ts";
import type { Uploaded } from "../../pipeline/values.ts";
import type { Attestation } from "../../sign/attestation.ts";
import type { AskService } from "../../work/ask_service.ts";
import type { Call, Context } from "../../work/context.ts";
import type { Host } from "../../pipeline/host.ts";
import type { KeyMachine } from "./machine.ts";
import { checkSignFormat, signersOf } from "../sign/signers_of.ts";
import { provenanceOptions } from "./provenance_options.ts";
import type { Settings } from "./settings.ts";
import type { StageEntry } from "./stages/stage_entry.ts";

/** What signing is done with. */
export interface SigningMeans {
  readonly machine: KeyMachine;
  readonly context: Context;
  readonly mode: Host["mode"];
  /** Asks services; left out where nothing may be contacted. */
  readonly ask?: AskService | undefined;
  /** The targets, once they are open. */
  readonly targets: () => readonly Target[];
}

/**
 * The steps that come last before the tags. Keys are opened now, so that a password that is wrong is said before
 * anything is packed; in a plan none is.
 *
 * @throws {OptionsError} When a key cannot be used, or a file is not what it should be.
 */
export async function signingEntries(settings: Settings, means: SigningMeans): Promise<readonly StageEntry[]> {
  const { sign: keys, signFormat: format, signKeyless: keyless, provenance, sboms, concurrency } = settings;
  const { machine, context, mode, targets, ask } = means;
  checkSignFormat({ keyless, signFormat: format });
  const listed = sboms.length === 0 ? [] : await readSboms(sboms);
  const isPlan = mode === "plan" || ask === undefined;
  const { signers, certify } = isPlan
    ? { signers: [] }
    : await signersOf({ ...settings, keys, keyless }, machine, context);
  const { attest } = await import("../../plugins/sign/attest.ts");
  const { sign } = await import("../../plugins/sign/sign.ts");
  const { provenanceOf } = await provenanceMaker(settings, machine);
  const common = {
    signers,
    ...(certify === undefined || ask === undefined ? {} : { certify: (call: Call) => certify(ask, call) }),
    targets,
    concurrency,
  };
  return [
    ...(listed.length === 0 ? [] : [
      entry(
        "sboms",
        "sbom",
        attest({
          name: "sbom",
          description: "Attaches what lists the contents of the artifact.",
          statements: () => listed,
          ...common,
        }),
      ),
    ]),
    ...(provenance
      ? [
        entry(
          "provenance",
          "provenance",
          attest({
            name: "provenance",
            description: "Says how the artifact was made.",
            statements: (uploaded) => [provenanceOf(uploaded)],
            ...common,
          }),
        ),
      ]
      : []),
    ...(keys.length === 0 && !keyless ? [] : [
      entry(keys.length === 0 ? "signKeyless" : "sign", "sign", sign({ format, ...common })),
    ]),
  ];

  function entry(option: PublishingName, spec: string, factory: PluginFactory): StageEntry {
    const decidedBy = settings.wanted.last(option)?.from.place ?? "default";
    return { stage: "before:tag", spec, decidedBy, builtIn: { factory, options: () => ({}) } };
  }
}

async function readSboms(paths: readonly string[]): Promise<readonly Attestation[]> {
  const { parseSbom } = await import("../../sign/attestation.ts");
  const { readAttestation } = await import("../sign/read_attestation.ts");
  return await Promise.all(paths.map((path) => readAttestation(path, parseSbom)));
}

async function provenanceMaker(
  settings: Settings,
  { env }: Pick<KeyMachine, "env">,
): Promise<{ readonly provenanceOf: (uploaded: Uploaded) => Attestation }> {
  const { provenance } = await import("../../sign/provenance.ts");
  const { builderOf } = await import("../../plugins/annotate/ci/builder.ts");
  const options = await provenanceOptions(settings);
  return {
    provenanceOf: ({ annotations, archive: { profile } }) =>
      provenance({
        source: annotations[SOURCE_ANNOTATION]?.value,
        revision: annotations[REVISION_ANNOTATION]?.value,
        parameters: { profile, options },
        builder: builderOf(env),
        version: VERSION,
      }),
  };
}
