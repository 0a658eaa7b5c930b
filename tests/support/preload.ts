/** What is loaded before every test file. */
import "./fixed_seed.ts";
import "./time_limit.ts";
