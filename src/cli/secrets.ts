/** Texts that nobody may read in what gantry writes for people. */
export interface Secrets {
  /** From now on this text is a secret. A text of one or two characters is none: hiding it would blank out words. */
  add(text: string | undefined): void;
  /** Writes `***` in the place of every secret. */
  mask(text: string): string;
}

/** Whether the value of an environment variable is to be hidden, by what the variable is called. */
export function looksSecret(name: string): boolean {
  return /TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|KEY|CREDENTIAL/i.test(name);
}

/** Starts without secrets. */
export function createSecrets(): Secrets {
  const known = new Set<string>();
  return {
    add(text): void {
      if (text === undefined || text.length < 3) return;
      known.add(text);
      // As it stands in JSON, and in a URL.
      known.add(JSON.stringify(text).slice(1, -1));
      known.add(encodeURIComponent(text.toWellFormed()));
    },
    mask(text): string {
      // The longest first: one secret may be the beginning of another.
      for (const secret of [...known].sort((a, b) => b.length - a.length)) text = text.replaceAll(secret, "***");
      return text;
    },
  };
}
