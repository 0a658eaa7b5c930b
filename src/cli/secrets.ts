/** Texts that nobody may read in what gantry writes for people. */
export interface Secrets {
  /** From now on this text is a secret. A text of one or two characters is none: hiding it would blank out words. */
  add(text: string | undefined): void;
  /** Writes `***` in the place of every secret, and of the beginning of one that ends in `…`. */
  mask(text: string): string;
  /**
   * Writes `***` in the place of every secret that is long enough not to be a word. Results are names, digests and
   * types, which programs read, and no password may blank out a part of one.
   */
  maskResult(text: string): string;
}

/** Whether the value of an environment variable is to be hidden, by what the variable is called. */
export function looksSecret(name: string): boolean {
  return /TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|KEY|CREDENTIAL/i.test(name);
}

/** What is shorter is not hidden everywhere: a line of a secret may be a `}`, and a password a word. */
const LONG = 8;

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
      for (const line of lines) if (line.length >= LONG) addForms(line);
    },
    mask(text): string {
      const secrets = longestFirst();
      const masked = secrets.reduce((text, secret) => text.replaceAll(secret, "***"), text);
      // A registry's words are cut where they get long, and that may be in the middle of a token.
      return masked.split("\u2026").map((part, at, { length }) => {
        return at === length - 1 ? part : withoutBeginning(part, secrets);
      }).join("\u2026");
    },
    maskResult: (text) =>
      longestFirst().filter(({ length }) => length >= LONG).reduce(
        (text, secret) => text.replaceAll(secret, "***"),
        text,
      ),
  };

  /** One secret may be the beginning of another. */
  function longestFirst(): readonly string[] {
    return [...known].sort((a, b) => b.length - a.length);
  }
}

/** Hides the beginning of a secret at the end of a text. */
function withoutBeginning(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    const start = secret.slice(0, LONG);
    if (start.length < LONG) continue;
    for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
      if (secret.startsWith(text.slice(at))) return `${text.slice(0, at)}***`;
    }
  }
  return text;
}
