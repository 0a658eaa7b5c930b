import type { Annotations } from "../../oci/descriptor.ts";
import type { Belongings, Companion, Contents, Referrer, StageIO } from "../../pipeline/plugin.ts";
import { type Given, givenBlob, givenEntry } from "./from_json.ts";
import type { GivenBlob, GivenEntry } from "./outputs.ts";
import type { ExecStage } from "./protocol.ts";

/** What a program's stage gives. */
export type StageOutput = StageIO[ExecStage]["out"];

/** The outputs that hold files. Any other is plain data, which its stage's schema has checked. */
type GivenFiles =
  | { readonly entries: readonly GivenEntry[] }
  | GivenContents
  | GivenBelongings;

interface GivenBelongings {
  readonly referrers?: readonly GivenReferrer[];
  readonly companions?: readonly (Pick<Companion, "ending"> & { readonly layers: readonly GivenBlob[] })[];
}

interface GivenContents {
  readonly artifactType?: string;
  readonly config?: GivenBlob;
  readonly layers: readonly GivenBlob[];
}

interface GivenReferrer extends GivenContents {
  readonly artifactType: string;
  readonly annotations?: Annotations;
}

/** Makes a stage's output of what a program gave: files become entries and contents. */
export async function stageOutput(output: object, from: Given): Promise<StageOutput> {
  const given = output as GivenFiles;
  if ("entries" in given) return { entries: await inTurn(given.entries, (entry) => givenEntry(entry, from)) };
  if ("layers" in given) return await contents(given, from);
  if ("referrers" in given || "companions" in given) return await belongings(given, from);
  return output as StageIO["filter" | "annotate" | "tag"]["out"];
}

async function contents({ artifactType, config, layers }: GivenContents, from: Given): Promise<Contents> {
  return {
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(config === undefined ? {} : { config: await givenBlob(config, from) }),
    layers: await inTurn(layers, (layer) => givenBlob(layer, from)),
  };
}

async function belongings({ referrers, companions }: GivenBelongings, from: Given): Promise<Belongings> {
  return {
    ...(referrers && { referrers: await inTurn(referrers, (each) => referrer(each, from)) }),
    ...(companions && {
      companions: await inTurn(companions, async ({ ending, layers }) => ({
        ending,
        layers: await inTurn(layers, (layer) => givenBlob(layer, from)),
      })),
    }),
  };
}

async function referrer(given: GivenReferrer, from: Given): Promise<Referrer> {
  const { artifactType, annotations } = given;
  return { ...await contents(given, from), artifactType, ...(annotations === undefined ? {} : { annotations }) };
}

/** One after the other: as many files as a program likes are not open at once. */
async function inTurn<From, To>(all: readonly From[], make: (each: From) => Promise<To>): Promise<readonly To[]> {
  const made: To[] = [];
  for (const each of all) made.push(await make(each));
  return made;
}
