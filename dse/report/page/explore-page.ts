import type { Exploration } from "../../search/explore.ts";
import { assemblePage } from "./assemble-page.ts";
import { dataflowDrawing } from "./dataflow-drawing.ts";
import { designDetail } from "./design-detail.ts";

/** The page of an exploration of a model; `report` is what {@link exploreReport} made. */
export function explorePage(report: Readonly<Record<string, unknown>>, exploration: Exploration): string {
  const detail = designDetail(exploration);
  const { device } = exploration.request;
  return assemblePage("model", {
    title: `${String(report["model"])} on ${device.name}`,
    report,
    device,
    detail,
    dataflow: dataflowDrawing(detail.queues),
  });
}
