//! A library with a branch, a constant and a string that holds its own path.
#![no_std]

const SCALE: u32 = include!("scale.in");

#[inline(never)]
pub fn area(width: u32, height: u32) -> u32 {
    if width > 7 { width.wrapping_mul(height).wrapping_add(SCALE) } else { height }
}

#[inline(never)]
pub fn whereabouts() -> &'static str {
    concat!("made from ", file!())
}
