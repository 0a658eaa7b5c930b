import { didYouMean } from "../work/nearest_word.ts";
import type { Consumer } from "./consumer.ts";

/** Every consumer: a row each. A rule is loaded when somebody asks for it; the command line needs only the names. */
const ROWS = {
  "flux": async (): Promise<Consumer> => (await import("./flux.ts")).FLUX,
  "flux-verify": async (): Promise<Consumer> => (await import("./flux_verify.ts")).FLUX_VERIFY,
  "argocd": async (): Promise<Consumer> => (await import("./argocd.ts")).ARGOCD,
  "timoni": async (): Promise<Consumer> => (await import("./timoni.ts")).TIMONI,
  "helm": async (): Promise<Consumer> => (await import("./helm.ts")).HELM,
  "conftest": async (): Promise<Consumer> => (await import("./conftest.ts")).CONFTEST,
  "oras": async (): Promise<Consumer> => (await import("./oras.ts")).ORAS,
  "opa": async (): Promise<Consumer> => (await import("./opa.ts")).OPA,
  "opentofu": async (): Promise<Consumer> => (await import("./opentofu.ts")).OPENTOFU,
  "cue": async (): Promise<Consumer> => (await import("./cue.ts")).CUE,
  "compose": async (): Promise<Consumer> => (await import("./compose.ts")).COMPOSE,
  "containerd-volume": async (): Promise<Consumer> => (await import("./containerd_volume.ts")).CONTAINERD_VOLUME,
  "crio-volume": async (): Promise<Consumer> => (await import("./crio_volume.ts")).CRIO_VOLUME,
  "docker": async (): Promise<Consumer> => (await import("./docker.ts")).DOCKER,
  "imgpkg": async (): Promise<Consumer> => (await import("./imgpkg.ts")).IMGPKG,
  "crossplane": async (): Promise<Consumer> => (await import("./crossplane.ts")).CROSSPLANE,
} as const;

/** The name of a consumer, as people write it. */
export type ConsumerName = keyof typeof ROWS;

/** The names of all consumers, as people write them. */
export const CONSUMER_NAMES = Object.keys(ROWS) as readonly ConsumerName[];

/** A consumer, and what people call it. */
export interface NamedConsumer extends Consumer {
  readonly name: ConsumerName;
}

/** Loads the rules of some consumers, each once and in the order in which they were named; of all when left out. */
export async function loadConsumers(
  names: readonly ConsumerName[] = CONSUMER_NAMES,
): Promise<readonly NamedConsumer[]> {
  return await Promise.all([...new Set(names)].map(async (name) => ({ name, ...await ROWS[name]() })));
}

/**
 * Parses names with commas between them, such as `flux,argocd`.
 *
 * @throws {SyntaxError} When there is no consumer of such a name; says which there are.
 */
export function parseConsumers(text: string): readonly ConsumerName[] {
  return text.split(",").map((part) => {
    const name = part.trim();
    if (Object.hasOwn(ROWS, name)) return name as ConsumerName;
    const known = `${CONSUMER_NAMES.join(", ")}${didYouMean(name, CONSUMER_NAMES)}`;
    throw new SyntaxError(`Cannot find consumer ${JSON.stringify(name)}: it must be one of ${known}`);
  });
}
