// The float primitives, as the integer reference uses them.

export { expF32 } from "../../ir/numerics/f32-exp.ts";
export { recipF32 } from "../../ir/numerics/f32-recip.ts";
export { rsqrtF32 } from "../../ir/numerics/f32-rsqrt.ts";
export {
  absF32,
  addF32,
  exponentF32,
  f32ToSigned,
  maxF32,
  mulF32,
  negF32,
  scale2F32,
  signedToF32,
  subF32,
} from "../../ir/numerics/f32-semantics.ts";
