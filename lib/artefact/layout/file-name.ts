/** The last part of a path as the user or an archive wrote it; a `/` at its end does not count. */
export function baseName(file: string): string {
  const trimmed = file.replace(/(?<=[^/])\/+$/, '');
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/**
 * The name of a distribution's package without what changes from release to release: `libstd-rust-web-1.85`
 * and `libstd-rust-1.63` (Debian), `rust1.85` (openSUSE) and `rust` (Fedora) are the same package.
 */
export function packageFamily(packageName: string): string {
  return packageName.replace(/-web(?=-|$)/, '').replace(/-?\d+\.\d+(?=-|$)/, '');
}
