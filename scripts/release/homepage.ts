/** Where gantry's repository is; its releases are at `HOMEPAGE/releases/download/vVERSION/FILE`. */
export const HOMEPAGE = "https://github.com/gantry/gantry";
