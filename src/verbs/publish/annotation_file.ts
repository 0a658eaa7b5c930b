import { OptionsError } from "../../options/options_error.ts";
import { whyUnreadable } from "../../system/io_error.ts";
import { readSmallFile } from "../../system/read_small_file.ts";

/**
 * Reads annotations from a file: an object of texts, in YAML or JSON, which is YAML too.
 *
 * @throws {OptionsError} When it cannot be read, or is something else; names every problem with line and column.
 */
export async function readAnnotationFile(path: string): Promise<readonly (readonly [key: string, value: string])[]> {
  const text = await read(path);
  // Imported only now, because most runs have no such file.
  const { readYaml } = await import("../../yaml/read_yaml.ts");
  const { root, problems } = readYaml(text);
  if (root === undefined || problems.length > 0) throw wrong(path, text, problems);
  if (root.kind !== "object") throw wrong(path, text, [{ offset: root.offset, message: "it must be an object" }]);
  const unfit = root.members.flatMap(({ key, keyOffset, value }, at) => {
    const again = root.members.findIndex((other) => other.key === key) < at;
    if (key === "") return [{ offset: keyOffset, message: "a key must not be empty" }];
    if (again) return [{ offset: keyOffset, message: `the key ${JSON.stringify(key)} is there twice` }];
    if (value.kind === "scalar" && typeof value.value === "string") return [];
    const advice = value.kind === "scalar" ? ": put it in quotes" : "";
    return [{ offset: value.offset, message: `${JSON.stringify(key)} must be a string${advice}` }];
  });
  if (unfit.length > 0) throw wrong(path, text, unfit);
  return root.members.map(({ key, value }) => [key, value.kind === "scalar" ? String(value.value) : ""]);
}

async function read(path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readSmallFile(path));
  } catch (cause) {
    const reason = cause instanceof TypeError ? "it is not UTF-8" : whyUnreadable(cause);
    throw new OptionsError(`Cannot read annotation file ${JSON.stringify(path)}: ${reason}`, { cause });
  }
}

interface Problem {
  readonly offset: number;
  readonly message: string;
}

function wrong(path: string, text: string, problems: readonly Problem[]): OptionsError {
  const lines = problems.map(({ offset, message }) => {
    const before = text.slice(0, offset).split("\n");
    return `${path}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}: ${message}`;
  });
  return new OptionsError(lines.join("\n"), { problems: lines });
}
