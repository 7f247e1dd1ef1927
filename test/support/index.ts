// The only door of `test/support`; the tests of every folder may use it.
export * from "./shared-dir.ts";
