import { addressShift } from './address-shift.js';
import { archiveMetadata } from './archive-metadata.js';
import { bitcode } from './bitcode.js';
import { buildId } from './build-id.js';
import { buildPath } from './build-path.js';
import { cObject } from './c-object.js';
import type { Cause } from './cause.js';
import type { CauseId } from './cause-id.js';
import { code } from './code.js';
import { codegenUnits } from './codegen-units.js';
import { compression } from './compression.js';
import { crateHash } from './crate-hash.js';
import { debugInfo } from './debug-info.js';
import { linker } from './linker.js';
import { llvm } from './llvm.js';
import { llvmPointerOrder } from './llvm-pointer-order.js';
import { localLabel } from './local-label.js';
import { mergedFunction } from './merged-function.js';
import { metadataHash } from './metadata-hash.js';
import { objectOrder } from './object-order.js';
import { outDir } from './out-dir.js';
import { padding } from './padding.js';
import { pgoBolt } from './pgo-bolt.js';
import { procMacroHash } from './proc-macro-hash.js';
import { rmetaOrder } from './rmeta-order.js';
import { rustcVersion } from './rustc-version.js';
import { sourceInfo } from './source-info.js';
import { tempName } from './temp-name.js';
import { thinltoSuffix } from './thinlto-suffix.js';
import { timestamp } from './timestamp.js';
import { typeId } from './type-id.js';

/** All causes, in the order of `CAUSE_IDS`. */
export const CAUSES = {
  'build-path': buildPath,
  'metadata-hash': metadataHash,
  'crate-hash': crateHash,
  'type-id': typeId,
  'local-label': localLabel,
  'merged-function': mergedFunction,
  bitcode: bitcode,
  'rustc-version': rustcVersion,
  'codegen-units': codegenUnits,
  'rmeta-order': rmetaOrder,
  'proc-macro-hash': procMacroHash,
  'thinlto-suffix': thinltoSuffix,
  'llvm-pointer-order': llvmPointerOrder,
  'temp-name': tempName,
  'object-order': objectOrder,
  'c-object': cObject,
  'build-id': buildId,
  'archive-metadata': archiveMetadata,
  compression: compression,
  'debug-info': debugInfo,
  linker: linker,
  'pgo-bolt': pgoBolt,
  llvm: llvm,
  'source-info': sourceInfo,
  'out-dir': outDir,
  timestamp: timestamp,
  'address-shift': addressShift,
  padding: padding,
  code: code,
} as const satisfies Record<CauseId, Cause>;
