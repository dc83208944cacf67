import { renderJson } from './json.js';
import type { Report } from './model.js';
import { NO_PAINT } from './paint.js';
import { renderText } from './text/text.js';

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
      for (const line of renderText(report, {
        paint: NO_PAINT,
        width: options.width ?? 80,
        all: options.all ?? false,
      })) {
        yield `${line}\n`;
      }
      return;
  }
}
