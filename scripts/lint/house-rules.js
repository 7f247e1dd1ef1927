/**
 * This project's own lint rules.
 * @module
 */
import { reasonedAssertion } from "./reasoned-assertion.js";

export const houseRules = {
  meta: { name: "house" },
  rules: { "reasoned-assertion": reasonedAssertion },
};
