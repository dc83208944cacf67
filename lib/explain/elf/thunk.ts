/** push %rbp; mov %rsp,%rbp; pop %rbp: what is left of a function's frame before it jumps to its twin. */
export const FRAME: readonly number[] = [0x55, 0x48, 0x89, 0xe5, 0x5d];
