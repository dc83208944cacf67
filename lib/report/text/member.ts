import { printableName } from '../../artefact/name.js';
import type { MemberReport } from '../model.js';

/** Where a member was found: `data.tar.xz › ./usr/bin/rustc`. */
export function memberName({ name }: MemberReport): string {
  return name.map(printableName).join(' › ');
}
