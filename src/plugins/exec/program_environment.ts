/** The variables of gantry's own environment that every program gets: what it needs to start others and to work. */
const PASSED_ON = Deno.build.os === "windows"
  ? ["PATH", "PATHEXT", "SYSTEMROOT", "COMSPEC", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA"]
  : ["PATH", "HOME", "TMPDIR"];

/**
 * Makes the environment of a program: a few variables of gantry's own, what it declared, and a language and a time
 * zone that are the same on every machine, because `sort` and `date` in a script go by them and the digest must not.
 *
 * @param env The value of a variable of gantry's own environment.
 * @param declared What the program declared; it wins.
 * @param sourceDate What programs read as `SOURCE_DATE_EPOCH`.
 */
export function programEnvironment(
  env: (name: string) => string | undefined,
  { declared = {}, sourceDate }: {
    readonly declared?: Readonly<Record<string, string | undefined>>;
    readonly sourceDate?: Date | undefined;
  } = {},
): Record<string, string> {
  const all: Record<string, string | undefined> = {
    ...Object.fromEntries(PASSED_ON.map((name) => [name, env(name)])),
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    SOURCE_DATE_EPOCH: sourceDate === undefined ? undefined : String(Math.floor(sourceDate.getTime() / 1000)),
    ...declared,
  };
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
