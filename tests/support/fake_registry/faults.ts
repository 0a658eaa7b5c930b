import type { Wire } from "./wire.ts";

/** What goes wrong with a request. */
export type Fault =
  /** The connection breaks after so many bytes of the request's content. What came before is taken. */
  | { readonly kind: "cut-request"; readonly after: number }
  /** The connection breaks after so many bytes of the answer's content. */
  | { readonly kind: "cut-response"; readonly after: number }
  /** The work is done, and the connection breaks before the answer. */
  | { readonly kind: "lose-answer" }
  /** The server stops reading after so many bytes of content, until the client gives up. */
  | { readonly kind: "stall"; readonly after: number }
  /** Something else is answered, before any content is read. */
  | { readonly kind: "answer"; readonly answer: (url: URL) => Response }
  /** The work is done, and the answer is changed. */
  | { readonly kind: "edit"; readonly edit: (answer: Response, url: URL) => Response };

/** When something goes wrong. */
export interface FaultRule {
  /** Any method when left out. */
  readonly method?: string;
  /** Matched against path and query; any when left out. */
  readonly path?: RegExp;
  /** How many matching requests pass unharmed before; 0 when left out. */
  readonly skip?: number;
  /** How many matching requests are harmed; 1 when left out. */
  readonly times?: number;
  readonly fault: Fault;
}

/** The rules of a fake registry, in the order in which they were added. */
export interface FaultScript {
  add(rule: FaultRule): void;
  /** The fault for a request: of the first rule that matches and is not used up. */
  next(method: string, path: string): Fault | undefined;
  /** Rules that were not used up. A test that expects its faults to have happened looks here. */
  readonly unused: readonly FaultRule[];
}

/** Makes a script without rules. */
export function createFaultScript(): FaultScript {
  const rules: { readonly rule: FaultRule; skip: number; times: number }[] = [];
  return {
    add(rule): void {
      rules.push({ rule, skip: rule.skip ?? 0, times: rule.times ?? 1 });
    },
    next(method, path): Fault | undefined {
      for (const entry of rules) {
        const { rule } = entry;
        if (entry.times === 0 || (rule.method ?? method) !== method || rule.path?.test(path) === false) continue;
        if (entry.skip > 0) {
          entry.skip--;
          continue;
        }
        entry.times--;
        return rule.fault;
      }
      return undefined;
    },
    get unused(): readonly FaultRule[] {
      return rules.filter(({ times }) => times > 0 && times !== Infinity).map(({ rule }) => rule);
    },
  };
}

/** Tells whether a fault strikes while a request's content is read. */
export function isBodyFault(fault: Fault | undefined): boolean {
  return fault?.kind === "cut-request" || fault?.kind === "stall";
}

/**
 * Passes a request's content on, up to the point where a fault strikes.
 *
 * @param stalled Called when nothing more is read.
 */
export async function* faultyBody(
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  fault: Fault | undefined,
  wire: Wire,
  stalled: () => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (fault?.kind !== "cut-request" && fault?.kind !== "stall") return yield* body;
  let left = fault.after;
  if (left > 0) {
    for await (const bytes of body) {
      const part = bytes.subarray(0, left);
      left -= part.byteLength;
      yield part;
      if (left === 0) break;
    }
  }
  if (fault.kind === "cut-request") wire.cut();
  else stalled();
  await wire.gone;
  throw new Error("The client's connection is gone");
}

/** Breaks the answer where a fault says so. */
export async function faultyAnswer(answer: Response, fault: Fault | undefined, wire: Wire): Promise<Response> {
  if (fault?.kind === "lose-answer") {
    wire.cut();
    await wire.gone;
  }
  if (fault?.kind === "cut-response") wire.cutAnswer(fault.after);
  return answer;
}
