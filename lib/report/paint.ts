/** Colours as the text report uses them; each takes text and gives it back, marked or not. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const plain = (text: string): string => text;

export const NO_PAINT: Paint = {
  bold: plain,
  dim: plain,
  red: plain,
  green: plain,
  yellow: plain,
  cyan: plain,
};

/** The paint of a terminal. Loaded only where there is one. */
export async function terminalPaint(): Promise<Paint> {
  const { default: colors } = await import('picocolors');
  return colors.createColors(true);
}
