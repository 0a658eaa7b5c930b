import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const HOST = JSON.stringify(new URL("../../src/host/when_idle.ts", import.meta.url).href);

const PROGRAMS: readonly (readonly [what: string, program: string, printed: string])[] = [
  [
    "calls back when nothing is left to wait for, and lets the program go on",
    `whenIdle(() => { console.log("idle"); setTimeout(() => console.log("went on"), 1); });
     void new Promise(() => {});`,
    "idle\nwent on\n",
  ],
  [
    "does not call back while something is under way",
    `const stop = whenIdle(() => console.log("idle"));
     setTimeout(() => { stop(); console.log("done"); }, 20);`,
    "done\n",
  ],
  [
    "can be called again by who is told",
    `whenIdle(() => { console.log("one"); whenIdle(() => console.log("two")); });
     void new Promise(() => {});`,
    "one\ntwo\n",
  ],
  [
    "tells everybody who waits, also when one of them stops another",
    `const stops = [];
     for (const name of ["a", "b"]) stops.push(whenIdle(() => { console.log(name); stops.forEach((stop) => stop()); }));
     void new Promise(() => {});`,
    "a\nb\n",
  ],
];

for (const [what, program, printed] of PROGRAMS) {
  Deno.test(`whenIdle() ${what}`, async () => {
    const code = `import { whenIdle } from ${HOST};\n${program}`;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--config", CONFIG, code],
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(new TextDecoder().decode(stdout), printed);
  });
}
