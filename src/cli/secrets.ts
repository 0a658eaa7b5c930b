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

/** A line of a secret that is shorter is none by itself: hiding a `}` would blank out all that is shown. */
const SECRET_LINE_LENGTH = 8;

/** Starts without secrets. */
export function createSecrets(): Secrets {
  const known = new Set<string>();
  function addForms(text: string): void {
    known.add(text);
    // As it stands in JSON, and in a URL.
    known.add(JSON.stringify(text).slice(1, -1));
    known.add(encodeURIComponent(text.toWellFormed()));
  }
  return {
    add(text): void {
      if (text === undefined || text.length < 3) return;
      addForms(text);
      // A key of several lines is often shown line by line.
      const lines = text.split(/[\r\n]+/).map((line) => line.trim());
      for (const line of lines) if (line.length >= SECRET_LINE_LENGTH) addForms(line);
    },
    mask(text): string {
      // The longest first: one secret may be the beginning of another.
      for (const secret of [...known].sort((a, b) => b.length - a.length)) text = text.replaceAll(secret, "***");
      return text;
    },
  };
}
