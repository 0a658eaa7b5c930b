import { CUE } from "../../src/consumers/cue.ts";
import type { JudgedLayer, Member, SingleArtifact } from "../../src/consumers/artifact.ts";
import { AMD64, index, raw, single, type SingleSpec, testRule, zip } from "../support/judged.ts";

const SPEC: SingleSpec = { configType: "application/vnd.cue.module.v1+json" };
const file = raw("application/vnd.cue.modulefile.v1");
const archive = (...members: readonly (string | Member)[]): JudgedLayer =>
  zip("application/zip", { members: ["cue.mod/module.cue", ...members] });
const of = (...members: readonly (string | Member)[]): SingleArtifact => single([archive(...members), file], SPEC);
const large = (path: string, size: number): Member => ({ path, type: "file", size });

testRule("CUE", CUE, {
  accepts: {
    "a module": single([archive("a.cue", "sub/b.cue", "LICENSE"), file], { ...SPEC, tags: ["v1.2.3"] }),
    "a module file by its artifact type": single([
      archive(),
      {
        ...file,
        descriptor: { ...file.descriptor, mediaType: "x/y", artifactType: "application/vnd.cue.modulefile.v1" },
      },
    ], SPEC),
    "names with letters of any script, spaces and signs": of(
      "ünï 日本.cue",
      "a b (c) [d] ~e.txt",
      "com0",
      "Straße",
      "STRASSE",
    ),
  },
  refuses: {
    "an index": [index([of(), AMD64]), /does not look into an index/],
    "another config": [single([archive(), file]), /wants a config of media type/],
    "one layer": [single([archive()], SPEC), /exactly two layers, and there are 1/],
    "three layers": [single([archive(), file, file], SPEC), /exactly two layers, and there are 3/],

    "another second layer": [single([archive(), raw("x/y")], SPEC), /module file second, as .* and it is x\/y/],
    "what is called a zip": [single([raw("application/zip"), file], SPEC), /its first layer is no zip/],
    "a zip without module.cue": [
      single([zip("application/zip"), file], SPEC),
      /wants cue\.mod\/module\.cue in the zip/,
    ],
    "another cue.mod": [of("sub/cue.mod/module.cue"), /anywhere but at the root: "sub\/cue\.mod\/module\.cue"/],
    "local-module.cue": [of("cue.mod/local-module.cue"), /refuses cue\.mod\/local-module\.cue/],
    "a cue.mod in upper case": [of("CUE.mod/x.cue"), /lower case only: "cue\.mod\/", "CUE\.mod\/"$/],
    "an entry for cue.mod": [of("cue.mod/"), /an entry for cue\.mod itself/],
    "a directory that no shell reads": [of("a*b/"), /not the same on every system: "a\*b"/],
    "a file twice": [of("a.cue", "a.cue"), /is there twice, .*: "a\.cue"$/],
    "a file and a directory of one name": [of("a", "a/b.cue"), /lower case only: "a", "a\/"$/],
    "directories that differ by case": [of("sub/a.cue", "Sub/b.cue"), /lower case only: "sub\/", "Sub\/"$/],
    "names that differ by case": [of("a.cue", "A.cue"), /upper and lower case only: "a\.cue", "A\.cue"$/],
    "names that no shell reads": [
      of("../a", "/b", "c*d", "e:f", "con.cue", "g.", "./h"),
      /not the same on every system: "\.\.\/a", "\/b", "c\*d" and 4 more/,
    ],
    "a large LICENSE": [of(large("LICENSE", 16 * 1024 * 1024 + 1)), /over 16 MiB: "LICENSE"/],
    "a large module": [of(large("a", 500 * 1024 * 1024)), /modules over 500 MiB/],
    "a tag without a v": [single([archive(), file], { ...SPEC, tags: ["1.2.3"] }), /with the "v", and no tag is one/],
  },
});
