/**
 * The package's public door: what `import … from "hidalgo"` gives, and what the command line itself calls.
 * @module
 */
export { packageVersion as version } from "./package-root.ts";
