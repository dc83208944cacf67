import type { ExperimentReport } from './experiment-model.js';
import { renderExperimentJson, renderJson } from './json.js';
import type { Report } from './model.js';
import { NO_PAINT } from './paint.js';
import { renderExperimentText } from './text/experiment.js';
import { renderText, type TextOptions } from './text/text.js';

export interface RenderOptions {
  readonly format: 'text' | 'json';
  /** Columns of the text, 80 unless given. */
  readonly width?: number | undefined;
  /** List identical files too; JSON always does. */
  readonly all?: boolean | undefined;
}

/** A report in one of its formats, in pieces to be written one after another. */
export function* renderReport(report: Report, options: RenderOptions): Generator<string> {
  switch (options.format) {
    case 'json':
      yield* renderJson(report);
      return;
    case 'text':
      for (const line of renderText(report, textOptions(options))) yield `${line}\n`;
      return;
  }
}

/** The report of an experiment in one of its formats, in pieces to be written one after another. */
export function* renderExperiment(report: ExperimentReport, options: RenderOptions): Generator<string> {
  switch (options.format) {
    case 'json':
      yield* renderExperimentJson(report);
      return;
    case 'text':
      for (const line of renderExperimentText(report, textOptions(options))) yield `${line}\n`;
      return;
  }
}

function textOptions({ width = 80, all = false }: RenderOptions): TextOptions {
  return { paint: NO_PAINT, width, all };
}
