// From the shapes of a model and of an array to the hardware of a device.
export { PRODUCT_TOP, type Product, SYSTEM_TOP } from "./build-product.ts";
export { type ArrayMacs, arrayMacs, chooseDesign, type DesignWishes } from "./choose-design.ts";
export {
  type AcceleratorRequest,
  acceleratorSetup,
  type CompiledAccelerator,
  compileAccelerator,
  kvBlocksOf,
} from "./compile-accelerator.ts";
export type { SetupWord } from "./port-setup.ts";
export { type ProductOptions, productTop } from "./product-top.ts";
export { fetchedPositions, type Traffic, transferredBytes } from "./transferred-bytes.ts";
