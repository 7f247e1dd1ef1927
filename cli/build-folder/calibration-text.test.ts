import { expect, test } from "vitest";
import { CALIBRATION_TEXT_FILE, readCalibrationText, writeCalibrationText } from "./calibration-text.ts";

test("the tokens of a calibration come back, without the folder that their text lay in", () => {
  const file = writeCalibrationText({ source: "/home/somebody/text.txt", windows: [[1, 2], [3]] });
  const read = readCalibrationText(new Map([[CALIBRATION_TEXT_FILE, file]]));
  expect(read).toEqual({ kind: "ok", value: { source: "text.txt", windows: [[1, 2], [3]] } });
  expect(readCalibrationText(new Map())).toEqual({ kind: "ok", value: undefined });
});

test.each(["", "[]", '{"source":"a","windows":[[-1]]}'])("%j is no calibration", (content) => {
  const read = readCalibrationText(new Map([[CALIBRATION_TEXT_FILE, content]]));
  expect(read).toMatchObject({ kind: "error" });
});
