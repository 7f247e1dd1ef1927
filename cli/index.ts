// The door of `cli` for tests and benches; users import `api.ts`.
export { type CompiledDesign, compileDesign, type Design } from "./rtl/open-design.ts";
