import { z } from "zod";
import type { Limits, Workload } from "../../dse/index.ts";

/** `prompt=32,output=64,batch=1`; what is not said has its default. */
export const workloadOption = z
  .string()
  .regex(/^(?:(?:prompt|output|batch)=[1-9]\d*(?:,|$))+$/u, "expected prompt=32,output=64,batch=1")
  .transform((text): Workload => {
    const said = numbersOf(text);
    return {
      prompt: said.get("prompt") ?? 32,
      output: said.get("output") ?? 64,
      batch: said.get("batch") ?? 1,
    };
  });

/** `dsp=100,bram=50,lut=20000,ff=30000`. */
export const limitOption = z
  .string()
  .regex(/^(?:(?:dsp|lut|ff|bram)=\d+(?:,|$))+$/u, "expected dsp=100,bram=50,lut=20000,ff=30000")
  .transform((text): Limits => {
    const said = numbersOf(text);
    const limit = (word: string, kind: keyof Limits): Limits => {
      const value = said.get(word);
      return value === undefined ? {} : { [kind]: value };
    };
    return {
      ...limit("dsp", "dsp"),
      ...limit("lut", "lut"),
      ...limit("ff", "ff"),
      ...limit("bram", "bram18"),
    };
  });

/** Numbers above zero, separated by commas. */
export const numberList = z
  .string()
  .regex(/^\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)*$/u, "expected numbers separated by commas")
  .transform((text) => text.split(",").map(Number))
  .refine((numbers) => numbers.every((number) => number > 0), "expected numbers above zero");

function numbersOf(text: string): ReadonlyMap<string, number> {
  return new Map(
    text
      .split(",")
      .filter((part) => part.length > 0)
      .map((part) => {
        const [word = "", number = ""] = part.split("=");
        return [word, Number(number)] as const;
      }),
  );
}
