import type { EndingSignal } from "./interruption.ts";

/** What the watchdog says to the thread that works. */
export type FromWatchdog =
  /** Answer with the same number. */
  | { readonly kind: "ping"; readonly ping: number }
  /** The process was told to end; `again` when it was told so before. */
  | { readonly kind: "signal"; readonly signal: EndingSignal; readonly again: boolean };

/** What the thread that works says to the watchdog. */
export type ToWatchdog =
  | { readonly kind: "pong"; readonly ping: number }
  /** A signal came to the thread that works, or Ctrl-C was typed while it is a key like any other. */
  | { readonly kind: "signal"; readonly signal: EndingSignal }
  /** Code begins that may never return. */
  | { readonly kind: "begin"; readonly call: number; readonly what: string; readonly timeout: number | undefined }
  | { readonly kind: "end"; readonly call: number };
