import { delimiter, join, resolve } from "node:path";

/** Where programs are looked for. */
export interface ProgramPlaces {
  /** The directory that a program with a `/` in its name is relative to. */
  readonly base: string;
  /** The value of `PATH`. */
  readonly path: string | undefined;
}

/**
 * Finds a program: by its path when there is a `/` in its name, in the directories of `PATH` when there is none.
 *
 * @returns Its absolute path.
 * @throws {Error} Says that there is no such file, or why it cannot be run.
 */
export async function findProgram(program: string, { base, path = "" }: ProgramPlaces): Promise<string> {
  if (isPath(program)) {
    const file = resolve(base, program);
    const problem = await problemWith(file);
    if (problem === undefined) return file;
    throw new Error(`Cannot run ${JSON.stringify(file)}: ${problem}`);
  }
  let unfit: string | undefined;
  for (const directory of path.split(delimiter)) {
    // An empty part would be the current directory, which is nobody's place for programs.
    if (directory === "") continue;
    for (const name of Deno.build.os === "windows" ? [program, `${program}.exe`] : [program]) {
      const file = resolve(join(directory, name));
      const problem = await problemWith(file);
      if (problem === undefined) return file;
      if (problem !== MISSING) unfit ??= `Cannot run ${JSON.stringify(file)}: ${problem}`;
    }
  }
  throw new Error(
    unfit ?? `Cannot find the program ${JSON.stringify(program)}: it is in no directory of PATH; ` +
        `a program that is not on PATH is named by a path, such as ./${program}`,
  );
}

const MISSING = "there is no such file";

function isPath(program: string): boolean {
  return program.includes("/") || (Deno.build.os === "windows" && program.includes("\\"));
}

async function problemWith(file: string): Promise<string | undefined> {
  try {
    const { isFile, mode } = await Deno.stat(file);
    if (!isFile) return "it is not a file";
    // Windows knows no such bit.
    return mode !== null && (mode & 0o111) === 0 ? "it is not executable; `chmod +x` makes it so" : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return MISSING;
    if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
    throw error;
  }
}
