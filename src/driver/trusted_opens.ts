import type { Content } from "../oci/descriptor.ts";
import type { Entry } from "../pipeline/entry.ts";

type Open = Content["open"] | Entry["open"];

const TRUSTED = new WeakSet<Open>();

/** Remembers that what is read there is gantry's own, or is looked at on its way. */
export function trustOpen<T extends { readonly open: Open }>(value: T): T {
  TRUSTED.add(value.open);
  return value;
}

/** Whether what is read there needs no looking at. */
export function isTrusted({ open }: { readonly open: Open }): boolean {
  return TRUSTED.has(open);
}
