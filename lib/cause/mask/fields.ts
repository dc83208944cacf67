import { InputError } from '../../error.js';
import type { Range } from './matcher.js';

export type JsonObject = { readonly [field: string]: unknown };

/** Takes fields out of a file of masks, and says which is wrong. */
export class MaskReader {
  private constructor(
    readonly file: string,
    readonly document: unknown,
  ) {}

  /** @throws InputError where the text is no JSON */
  static parse(text: string, file: string): MaskReader {
    try {
      return new MaskReader(file, JSON.parse(text));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const position = /at position (\d+)/.exec(message)?.[1];
      const where = position === undefined ? '' : ` at ${lineAndColumn(text, Number(position))}`;
      throw new InputError(`the masks are not JSON${where}: ${message}`, { file });
    }
  }

  list(most: number): JsonObject[] {
    const { document } = this;
    if (!isObject(document)) this.#fail('the masks are not a JSON object with the field "masks"');
    for (const field of Object.keys(document)) {
      if (field !== 'masks' && field !== '$schema') this.#fail(`${field} is no field of a file of masks`);
    }
    const masks = document.masks;
    if (!Array.isArray(masks)) this.#fail('the field "masks" is not a list');
    if (masks.length > most) this.#fail(`more than ${most} masks`);
    return masks.map((mask: unknown, index) => {
      if (!isObject(mask)) this.#fail(`masks[${index}] is not an object`);
      return mask;
    });
  }

  text(mask: JsonObject, index: number, field: string): string {
    const value = mask[field];
    if (value === undefined) this.fail(index, field, 'is missing');
    if (typeof value !== 'string' || value.trim() === '')
      this.fail(index, field, 'is not a text with something in it');
    return value;
  }

  range(mask: JsonObject, index: number, field: string): Range {
    const value = mask[field];
    const { start, length, ...rest } = isObject(value) ? value : {};
    if (!isCount(start) || !isCount(length) || length === 0 || Object.keys(rest).length > 0)
      this.fail(index, field, 'is not {"start": bytes, "length": bytes, at least 1}');
    return { start, length };
  }

  fail(index: number, field: string, what: string): never {
    return this.#fail(`masks[${index}].${field} ${what}`);
  }

  #fail(what: string): never {
    throw new InputError(what, { file: this.file }, 'see docs/masks-1.schema.json');
  }
}

/** Whether a text is a day of the calendar, as `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}
