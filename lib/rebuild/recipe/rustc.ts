import type { Fields } from '../fields.js';
import type { Recipe } from '../recipe.js';

/** One crate, compiled by the root's rustc alone. */
export function rustcRecipe(fields: Fields): Recipe {
  const crate = fields.optionalString('crate') ?? 'main.rs';
  const args = fields.strings('args') ?? [];
  return {
    use: 'rustc',
    stages: [
      {
        name: 'crate',
        run: [
          'sh',
          '-euc',
          'exec "$TRUSTDIFF_RUSTC" "$TRUSTDIFF_SRC/$0" --out-dir "$TRUSTDIFF_OUT" "$@"',
          crate,
          ...args,
        ],
        claim: true,
        environment: {},
      },
    ],
    continues: false,
    needsCargo: false,
    needsRustc: true,
  };
}
