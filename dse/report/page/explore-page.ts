import type { Exploration } from "../../search/explore.ts";
import { exploreReport, type MeasuredDesigns } from "../explore-report.ts";
import { assemblePage } from "./assemble-page.ts";
import { dataflowDrawing } from "./dataflow-drawing.ts";
import { designDetail } from "./design-detail.ts";

/** The page of an exploration of a model. */
export function explorePage(
  model: string,
  exploration: Exploration,
  measured: MeasuredDesigns = new Map(),
): string {
  const detail = designDetail(exploration);
  const { device, schedule } = exploration.request;
  return assemblePage("page.html", {
    title: `${model} on ${device.name}`,
    data: { report: exploreReport(model, exploration, measured), detail, device, schedule },
    dataflow: dataflowDrawing(detail.queues),
  });
}
