/**
 * What the binary begins with: the program, with the code that V8 has compiled of it before. Without that code V8 would
 * compile for a quarter of the time that a small push takes.
 */
import { loadProgram, readPart } from "./load_program.ts";

loadProgram((name) => readPart(`${name}.cache`)).run("./main.js");
