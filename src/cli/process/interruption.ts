/** A signal that asks the process to end. */
export type EndingSignal = keyof typeof EXIT_CODES;

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGBREAK: 130, SIGTERM: 143 } as const;

/** Why work is aborted when somebody, or the system, has asked the process to end. */
export class Interruption extends DOMException {
  /** What the process then ends with: 128 and the number of the signal. */
  readonly exitCode: number;

  constructor(signal: EndingSignal) {
    super("Interrupted", "AbortError");
    this.exitCode = EXIT_CODES[signal];
  }
}
