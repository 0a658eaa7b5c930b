import type { Descriptor } from "../oci/descriptor.ts";
import type { Pushed } from "./store.ts";

/** What pushes did, all in all. */
export interface PushSummary {
  /** What was sent, each digest once. */
  readonly uploaded: readonly Descriptor[];
  /** What was there already, each digest once. */
  readonly existing: readonly Descriptor[];
  /** Bytes of content that were sent, retries included. */
  readonly bytesSent: number;
}

/** Adds up what pushes did. Each content counts once, as sent if it ever was. */
export function pushSummary(pushes: readonly (readonly [content: Descriptor, pushed: Pushed])[]): PushSummary {
  const sent = new Set(
    pushes.flatMap(([{ digest }, { existed, resent = [] }]) => existed ? resent : [digest, ...resent]),
  );
  const contents = [...new Map(pushes.map(([content]) => [content.digest, content])).values()];
  return {
    uploaded: contents.filter(({ digest }) => sent.has(digest)),
    existing: contents.filter(({ digest }) => !sent.has(digest)),
    bytesSent: pushes.reduce((sum, [, { bytesSent }]) => sum + bytesSent, 0),
  };
}
