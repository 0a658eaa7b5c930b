/**
 * Takes Secrets out of YAML files with several documents, before they are packed. A file of nothing but Secrets goes.
 *
 * A filter can only leave out whole files, so this stands at `before:archive`, where entries may change. There is no
 * YAML library at hand, so it looks at lines: a document is a Secret when it has a line `kind: Secret` that is not
 * indented. Wherever that is not enough to be sure, it stops the publication.
 */
import type { Entry, Kit, PluginFactory } from "@gantry/gantry/plugin";

/** What begins a line of a document that cannot be judged by its lines: flow style, tags, anchors, templates. */
const UNCLEAR = /^(?:[{[?&*!|>%"'`@]|---)/;
/** What ends a line for one YAML parser or another. */
const LINE_BREAK = /\r\n|[\r\n\u0085\u2028\u2029]/;

export default ((kit: Kit) =>
  kit.plugin({
    name: "examples:strip-secrets",
    version: "1.0.0",
    apiVersion: 1,
    stage: "before:archive",
    description: "Takes Secrets out of YAML files.",
    options: kit.z.strictObject({
      kinds: kit.z.array(kit.z.string().regex(/^[A-Za-z]+$/)).default(["Secret"]).describe("The kinds to take out."),
      except: kit.z.array(kit.z.string()).default([]).describe("Paths of files that are left as they are."),
    }),
    async run({ entries }, { kinds, except }, context) {
      const kept: Entry[] = [];
      for (const entry of entries) {
        if (entry.kind === "directory" || !/\.ya?ml$/.test(entry.path) || except.includes(entry.path)) {
          kept.push(entry);
          continue;
        }
        const text = await new Response(entry.open()).text();
        const documents = text.split(/^(?=---(?:\s|$))/m);
        const left = documents.filter((document) => !isOneOf(document, entry.path));
        if (left.length === documents.length) kept.push(entry);
        else if (left.some((document) => /^\s*[^\s#-]/m.test(document))) {
          context.log.info(
            `${entry.path}: took out ${documents.length - left.length} of ${documents.length} documents`,
          );
          kept.push(
            context.entry(entry.path, left.join("").replace(/^---\r?\n/, ""), { executable: entry.executable }),
          );
        } else context.log.info(`${entry.path}: left out, there was nothing else in it`);
      }
      return { entries: kept };

      function isOneOf(document: string, path: string): boolean {
        if (/[\0\ufffd]/.test(document)) return doubt(path, "bytes that are no UTF-8 text");
        const [first = "", ...rest] = document.split(LINE_BREAK);
        const start = first.startsWith("---") ? first.slice(3).trim() : "";
        if (start !== "" && !start.startsWith("#")) return doubt(path, `something after ---: ${quoted(start)}`);
        const lines = first.startsWith("---") ? rest : [first, ...rest];
        const unclear = lines.find((line) => UNCLEAR.test(line));
        if (unclear !== undefined) return doubt(path, `the line ${quoted(unclear)}`);
        const found = lines.filter((line) => /^kind\s*:/.test(line)).map((line) => line.replace(/^kind\s*:\s*/, ""));
        if (found.length > 1) return doubt(path, "two lines that begin with kind");
        const value = found[0]?.replace(/\s+#.*$/, "").trim().replace(/^(["'])(.*)\1$/, "$2");
        if (value === undefined) return false;
        if (!/^[A-Za-z]+$/.test(value)) return doubt(path, `the kind ${quoted(value)}`);
        const inside = new RegExp(`^\\s.*\\bkind["']?\\s*:\\s*["']?(?:${kinds.join("|")})\\b`);
        if (value.endsWith("List") && lines.some((line) => inside.test(line))) return doubt(path, `a ${value} of them`);
        return kinds.includes(value);
      }

      function doubt(path: string, what: string): never {
        return context.fail("CANNOT_TELL", `Cannot tell whether there is a Secret in ${path}: it has ${what}`, {
          path,
          hint: `write it in block style, or name it in "except" when there is none`,
        });
      }
    },
  })) satisfies PluginFactory;

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
